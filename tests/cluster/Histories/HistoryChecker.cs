namespace Compat.Cluster.Tests.Histories;

/// <summary>
/// Looks for anomalies in a history, which is what clients saw and nothing else. Send skips within a transaction and write
/// cycles (G0) are not looked for: Kafka allows them.
/// </summary>
internal sealed class HistoryChecker
{
    private readonly IReadOnlyList<Operation> _history;
    private readonly bool _isAssignedByHand;
    private readonly List<Anomaly> _anomalies = [];
    private readonly Dictionary<string, PartitionHistory> _partitions = new(StringComparer.Ordinal);

    private HistoryChecker(IReadOnlyList<Operation> history, bool isAssignedByHand)
    {
        _history = history;
        _isAssignedByHand = isAssignedByHand;
    }

    /// <summary>Checks a history whose end was read after everything had healed.</summary>
    /// <param name="history">The operations, each process's in its order.</param>
    /// <param name="isAssignedByHand">Whether consumers were assigned their partitions; with subscriptions a rebalance may repeat or skip.</param>
    public static IReadOnlyList<Anomaly> Check(IReadOnlyList<Operation> history, bool isAssignedByHand = true) =>
        new HistoryChecker(history, isAssignedByHand).Check();

    private List<Anomaly> Check()
    {
        foreach (Operation operation in _history)
        {
            Collect(operation);
        }

        foreach (PartitionHistory partition in _partitions.Values)
        {
            _anomalies.AddRange(partition.Anomalies());
        }

        foreach (IGrouping<int, Operation> process in _history.GroupBy(operation => operation.Process))
        {
            new ProcessChecker(this, [.. process]).Check();
        }

        return _anomalies;
    }

    private void Collect(Operation operation)
    {
        foreach (Step step in operation.Steps)
        {
            switch (step)
            {
                case Send send:
                    Of(send.Partition).Sent(send, operation.Outcome);
                    break;
                case Poll poll:
                    foreach (Seen seen in poll.Records)
                    {
                        Of(seen.Partition).Read(seen);
                    }

                    break;
            }
        }
    }

    private PartitionHistory Of(string partition)
    {
        if (!_partitions.TryGetValue(partition, out PartitionHistory? found))
        {
            found = _partitions[partition] = new PartitionHistory(partition);
        }

        return found;
    }

    /// <summary>What one process saw, in its order.</summary>
    private sealed class ProcessChecker(HistoryChecker checker, IReadOnlyList<Operation> operations)
    {
        private readonly Dictionary<string, long> _lastRead = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> _lastSent = new(StringComparer.Ordinal);

        public void Check()
        {
            foreach (Operation operation in operations)
            {
                Check(operation);
            }
        }

        private void Check(Operation operation)
        {
            HashSet<string> readBefore = new(StringComparer.Ordinal);
            HashSet<string> sentBefore = new(StringComparer.Ordinal);
            HashSet<(string, long)> own = [];
            foreach (Step step in operation.Steps)
            {
                switch (step)
                {
                    case Reposition:
                        _lastRead.Clear();
                        readBefore.Clear();
                        break;
                    case Send send:
                        own.Add((send.Partition, send.Value));
                        CheckSend(send, isWithin: !sentBefore.Add(send.Partition));
                        break;
                    case Poll poll:
                        foreach (Seen seen in poll.Records)
                        {
                            CheckPrecommitted(seen, own);
                            CheckRead(seen, isWithin: !readBefore.Add(seen.Partition));
                        }

                        break;
                }
            }
        }

        private void CheckSend(Send send, bool isWithin)
        {
            if (send.Offset is not { } offset)
            {
                return;
            }

            if (_lastSent.TryGetValue(send.Partition, out long last) && offset <= last)
            {
                checker.Report(isWithin ? AnomalyKind.InternalNonmonotonicSend : AnomalyKind.NonmonotonicSend, send.Partition, $"{send.Value} was sent to offset {offset} after {last}");
            }

            _lastSent[send.Partition] = offset;
        }

        private void CheckPrecommitted(Seen seen, HashSet<(string, long)> own)
        {
            if (own.Contains((seen.Partition, seen.Value)))
            {
                checker.Report(AnomalyKind.PrecommittedRead, seen.Partition, $"{seen.Value} was read at {seen.Offset} within its own operation");
            }
        }

        private void CheckRead(Seen seen, bool isWithin)
        {
            bool isChecked = isWithin || checker._isAssignedByHand;
            if (_lastRead.TryGetValue(seen.Partition, out long last) && isChecked)
            {
                if (seen.Offset <= last)
                {
                    checker.Report(isWithin ? AnomalyKind.InternalNonmonotonicPoll : AnomalyKind.NonmonotonicPoll, seen.Partition, $"{seen.Offset} was read after {last}");
                }
                else if (checker.Of(seen.Partition).ReadBetween(last, seen.Offset) is { } skipped)
                {
                    checker.Report(isWithin ? AnomalyKind.InternalPollSkip : AnomalyKind.PollSkip, seen.Partition, $"{skipped} was passed over from {last} to {seen.Offset}");
                }
            }

            _lastRead[seen.Partition] = seen.Offset;
        }
    }

    private void Report(AnomalyKind kind, string partition, string description) => _anomalies.Add(new Anomaly(kind, partition, description));
}

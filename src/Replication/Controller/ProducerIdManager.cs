using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>
/// Hands out producer ids of the blocks that the controller gives to this broker. The next block is asked for before
/// the present one is used up, so that nobody waits for the metadata log unless ids go faster than that.
/// </summary>
public sealed class ProducerIdManager
{
    /// <summary>Ids left in a block when the next one is asked for.</summary>
    private const int PrefetchAt = ProducerIdBlock.Size / 10;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Func<CancellationToken, ValueTask<ProducerIdBlock?>> _allocate;
    private long _next;
    private int _left;
    private ProducerIdBlock? _prefetched;
    private Task<ProducerIdBlock?>? _pending;

    /// <summary>Makes a manager without a block.</summary>
    /// <param name="allocate">Asks the controller for a block; null if it cannot be had at present.</param>
    public ProducerIdManager(Func<CancellationToken, ValueTask<ProducerIdBlock?>> allocate) => _allocate = allocate;

    /// <summary>A manager whose blocks are those of a registered broker.</summary>
    /// <param name="controller">Who gives them.</param>
    /// <param name="brokerId">The broker.</param>
    /// <param name="brokerEpoch">The epoch of its registration.</param>
    public static ProducerIdManager Of(IControllerChannel controller, int brokerId, Func<long> brokerEpoch) => new(async cancellation =>
    {
        var request = new AllocateProducerIdsRequest { BrokerId = brokerId, BrokerEpoch = brokerEpoch() };
        using PeerAnswer<AllocateProducerIdsResponse> answer = await controller.SendAsync(PeerRequest.Of(request, Timeout), cancellation)
            .ConfigureAwait(false);
        return answer.IsAnswered && answer.Response.ErrorCode == ErrorCode.None
            ? new ProducerIdBlock(answer.Response.ProducerIdStart, answer.Response.ProducerIdLen)
            : null;
    });

    /// <summary>A producer id that nobody else has, or null if none can be had at present: the client should try again.</summary>
    public async ValueTask<long?> GenerateAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            Task<ProducerIdBlock?> pending;
            lock (_gate)
            {
                if (TryTake(out long id))
                {
                    return id;
                }
                pending = Request();
            }
            if (await pending.WaitAsync(cancellation).ConfigureAwait(false) is null)
            {
                return null;
            }
        }
    }

    private bool TryTake(out long id)
    {
        if (_left == 0 && _prefetched is { } block)
        {
            (_next, _left, _prefetched) = (block.First, block.Count, null);
        }
        if (_left == 0)
        {
            id = -1;
            return false;
        }
        id = _next++;
        _left--;
        if (_left <= PrefetchAt && _prefetched is null)
        {
            Request();
        }
        return true;
    }

    private Task<ProducerIdBlock?> Request() => _pending ??= RequestAsync();

    private async Task<ProducerIdBlock?> RequestAsync()
    {
        // The caller holds the lock: what follows must not run before it has stored the task.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        ProducerIdBlock? block = null;
        try
        {
            block = await _allocate(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _prefetched = block;
                _pending = null;
            }
        }
        return block;
    }
}

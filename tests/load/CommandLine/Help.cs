namespace Compat.Load.CommandLine;

internal static class Help
{
    public static void Write()
    {
        Console.WriteLine("""
            compat-load SCENARIO --bootstrap HOST:PORT [options]        measure one broker
            compat-load SCENARIO --target A=HOST:PORT[@PID] --target B=HOST:PORT[@PID] --rounds 5
                                                                        measure several, turn and turn about, and compare
            compat-load mock [--brokers 1] [--topics NAME:PARTITIONS,...]
                                                                        serve librdkafka's in-memory mock cluster until ended
            compat-load bare [--partitions 1] [--directory DIR] [--flush]
                                                                        serve the least there is until ended: receive, checksum, write,
                                                                        and flush before the answer if asked to
            compat-load echo                                            send back what is received until ended, for the scenario echo

            Three brokers that the tool starts and ends, with --command "PROGRAM ARGS" [--logs]:
              failover [--victim leader|controller] [--signal KILL|TERM] [--rounds 20] [--partitions 6]
                                                                        end one again and again under a producer with default
                                                                        settings: time to the next record
              cluster-start [--rounds 10]                               time to the first record with acks=all
              replicated [--rounds 3] [--rate 5000] [--size 1024]       produce with acks=all to 3 replicas and to 1, in turn
              catchup [--gigabytes 5] [--rate 5000]                     a follower that was away, under load: MB/s, and the producer's latency
              idle-cluster [--partitions 3000] [--topics 30] [--seconds 20] [--signal KILL|TERM]
                                                                        one leads all: CPU and memory of each; then, without it,
                                                                        the time until all are led again

            Options for every scenario (load simulation):
              --copies 1        clients side by side                    --rate 0        operations a second over all copies; 0 is open
              --warmup 2        seconds that do not count               --seconds 10    seconds that count
              --rounds 1        alternated runs a target                --topic NAME    use this topic, do not create or delete one
              --json            one JSON line a run                     --setting N=V   a librdkafka setting, as often as needed
              --keep            leave the topics                        --run NAME      name topics and groups so, not anew each run
              --topic-setting N=V  a setting of the topics that are created, as often as needed
              --warm-memory 0   MB to write to a file and delete before each run, so that a virtual machine has the
                                page cache's memory already: as much as the run will write

            Scenarios:
            """);
        foreach (var create in Catalog.All)
        {
            Console.WriteLine($"  {create().Summary}");
        }
    }
}

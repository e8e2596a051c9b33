namespace Compat.Server.Configuration.Definitions;

/// <summary>Why settings are accepted without doing anything, or refused.</summary>
internal static class Reasons
{
    public const string Threads = "the runtime sizes its own thread pool";
    public const string FixedPieces = "a log is read in pieces of a fixed size";
    public const string OneBroker = "there is one broker and nothing to replicate";
    public const string StaticVoters = "voters cannot join a quorum that is running";
    public const string NoLingerOfMetadata = "metadata records are written at once, and one flush is for all that came meanwhile";
    public const string NoIdleRecords = "an idle controller writes nothing";
    public const string ControllerTimes = "controller events are not timed";
    public const string Providers = "variables in values are not resolved";
    public const string JavaClass = "Java classes are not loaded";
    public const string JavaPlugin = "it names a Java class that is meant to decide, and Java classes are not loaded";
    public const string Authorizer = "there is no authorization, and a broker that only seems to have it is worse";
    public const string RemoteSystem = "there is no remote storage, and records meant for it would be lost";
    public const string NoRemote = "there is no remote storage";
    public const string NoSecurity = "there is no security; only PLAINTEXT listeners work";
    public const string NoQuotas = "there are no quotas";
    public const string NoTelemetry = "clients cannot push telemetry";
    public const string NoTransactions = "there are no transactions";
    public const string NoConsumer = "the consumer group protocol of KIP-848 is not offered";
    public const string NoShare = "there are no share groups";
    public const string NoStreams = "there are no streams groups";
    public const string ClassicOnly = "the classic group protocol is the only one offered";
    public const string NoLinger = "records of the coordinator are written at once";
    public const string NoQueue = "requests do not wait in a queue";
    public const string Pooled = "buffers come from a shared pool";
    public const string Purgatory = "a request that is finished leaves its waiting room at once";
    public const string EarlyStart = "there is no authorizer that listeners would have to wait for";
    public const string ConnectionRate = "the rate of new connections is not limited";
    public const string Cordoned = "replicas are placed in any log directory";
    public const string OwnMetrics = "metrics are counted for Prometheus, which computes rates itself";
    public const string Unstable = "no unstable versions exist here";
    public const string Startup = "the start is not timed";
    public const string ForTests = "it exists for tests of Apache Kafka";
}

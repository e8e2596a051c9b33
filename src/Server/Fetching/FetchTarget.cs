using Compat.Wire;

namespace Compat.Server.Fetching;

/// <summary>A partition as a Fetch names it: by topic id from v13, by topic name before.</summary>
/// <param name="Topic">The topic's name; empty when it is named by id.</param>
/// <param name="TopicId">The topic's id; zero when it is named by name.</param>
/// <param name="Partition">The partition's index.</param>
internal readonly record struct FetchKey(string Topic, Uuid TopicId, int Partition);

/// <summary>What is to be read from one partition. The names are those of the request's fields.</summary>
/// <param name="Key">The partition.</param>
/// <param name="FetchOffset">The offset to read from.</param>
/// <param name="MaxBytes">The most bytes to return of it.</param>
/// <param name="CurrentLeaderEpoch">The leader epoch the client believes in, or -1.</param>
/// <param name="LastFetchedEpoch">The epoch of the last record the client has, or -1.</param>
/// <param name="LogStartOffset">Where the log of a follower starts; -1 from clients.</param>
internal readonly record struct FetchTarget(
    FetchKey Key, long FetchOffset, int MaxBytes, int CurrentLeaderEpoch, int LastFetchedEpoch, long LogStartOffset = -1);

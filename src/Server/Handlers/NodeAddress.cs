namespace Compat.Server.Handlers;

/// <summary>Where the client of a connection reaches a broker; null when the broker is not alive or does not listen on the connection's listener.</summary>
internal delegate (string Host, int Port)? NodeAddress(int brokerId, ConnectionInfo connection);

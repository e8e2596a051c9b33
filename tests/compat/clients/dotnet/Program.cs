using Compat.Clients;

await Protocol.ServeAsync(new Driver(args[0]));

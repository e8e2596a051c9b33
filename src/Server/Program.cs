return await Compat.Server.Hosting.BrokerProcess.RunAsync(args, System.Console.Out, System.Console.Error);

// The entry point.
System.Console.WriteLine("compat");

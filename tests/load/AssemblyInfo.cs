using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Compat.Load.Tests")]

namespace Compat.Architecture.Tests;

internal static class Rule
{
    private const int MostShown = 40;

    /// <summary>Fails with every offence, one a line, and with what to do instead.</summary>
    public static void Holds(IEnumerable<string> offences, string remedy)
    {
        string[] found = [.. offences];
        if (found.Length > 0)
        {
            Assert.Fail($"{remedy}\n  {string.Join("\n  ", found.Take(MostShown))}{(found.Length > MostShown ? $"\n  and {found.Length - MostShown} more" : "")}");
        }
    }
}

using Compat.Wire;
using Xunit.Sdk;

namespace Compat.Server.Tests.Coverage;

/// <summary>What the test that runs has asked over the wire; the clients of the tests note it here.</summary>
internal static class AskedVersions
{
    /// <summary>Notes that the present test asks an API in a version.</summary>
    public static void Note(ApiKey api, short version)
    {
        if (TestContext.Current is { Test: ITest test } context)
        {
            context.KeyValueStorage[Key(test, api, version)] = true;
        }
    }

    /// <summary>Whether a test has asked an API in a version.</summary>
    public static bool Contains(ITest test, ApiKey api, short version) =>
        TestContext.Current.KeyValueStorage.ContainsKey(Key(test, api, version));

    private static string Key(ITest test, ApiKey api, short version) => $"{test.UniqueID} asked {api} v{version}";
}

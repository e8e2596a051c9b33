using System.Collections.Concurrent;
using Compat.Wire;
using Xunit.Sdk;

namespace Compat.Server.Tests.Coverage;

/// <summary>What the test that runs has asked over the wire; the clients of the tests note it here.</summary>
internal static class AskedVersions
{
    // Not the runner's own storage: that is a plain dictionary for all tests, and those that run side by side lose each other's notes.
    private static readonly ConcurrentDictionary<(string Test, ApiKey Api, short Version), bool> Asked = new();

    /// <summary>Notes that the present test asks an API in a version.</summary>
    public static void Note(ApiKey api, short version)
    {
        if (TestContext.Current.Test is ITest test)
        {
            Asked[(test.UniqueID, api, version)] = true;
        }
    }

    /// <summary>Whether a test has asked an API in a version.</summary>
    public static bool Contains(ITest test, ApiKey api, short version) => Asked.ContainsKey((test.UniqueID, api, version));
}

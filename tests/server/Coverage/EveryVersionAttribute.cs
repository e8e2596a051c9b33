using System.Reflection;
using Compat.Wire;
using Xunit.Sdk;
using Xunit.v3;

namespace Compat.Server.Tests.Coverage;

/// <summary>
/// Runs a test that checks what an API answers once for every version that is carried out, or for a part of them; the version
/// is the test's argument. <see cref="ApiCoverageTests"/> finds what no such test checks, and a test that does not ask the API
/// over the wire in the version that it was given fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class EveryVersionAttribute : DataAttribute, IBeforeAfterTestAttribute
{
    public EveryVersionAttribute(ApiKey api)
    {
        Api = api;
        From = ApiCatalog.Get(api).MinVersion;
        To = ApiCatalog.Get(api).LatestStableVersion;
    }

    public ApiKey Api { get; }

    /// <summary>The first version; the API's first if it is not set.</summary>
    public short From { get; set; }

    /// <summary>The last version; the API's last if it is not set.</summary>
    public short To { get; set; }

    public IEnumerable<short> Versions => Enumerable.Range(From, To - From + 1).Select(version => (short)version);

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Versions.Select(version => new TheoryDataRow(version))]);

    public override bool SupportsDiscoveryEnumeration() => true;

    public void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
    }

    public void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (test.TestMethodArguments is [short version, ..] && Versions.Contains(version))
        {
            Assert.True(AskedVersions.Contains(test, Api, version), $"the test never asked {Api} v{version}");
        }
    }
}

using System.Reflection;
using Compat.Server.Handlers;
using Compat.Server.Tests.Hosting;
using Compat.Wire;

namespace Compat.Server.Tests.Coverage;

public class ApiCoverageTests
{
    [Fact]
    public async Task Every_version_of_every_API_that_is_carried_out_is_checked_by_content()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        HashSet<(ApiKey, short)> checkedVersions =
        [
            .. from type in typeof(ApiCoverageTests).Assembly.GetTypes()
               from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public)
               from attribute in method.GetCustomAttributes<EveryVersionAttribute>()
               from version in attribute.Versions
               select (attribute.Api, version),
        ];
        IEnumerable<string> without =
            from handler in broker.Handlers.All
            from version in VersionsOf(handler)
            where !checkedVersions.Contains((handler.Key, version))
            select $"{handler.Key} v{version}";

        Assert.Empty(without);
    }

    private static IEnumerable<short> VersionsOf(ApiHandler handler) =>
        Enumerable.Range(handler.MinVersion, handler.MaxVersion - handler.MinVersion + 1).Select(version => (short)version);
}

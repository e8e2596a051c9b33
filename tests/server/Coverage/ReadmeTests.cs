using System.Text.RegularExpressions;
using Compat.Server.Handlers;
using Compat.Server.Tests.Hosting;
using Compat.Wire;

namespace Compat.Server.Tests.Coverage;

/// <summary>What the README says is served is what is served.</summary>
public partial class ReadmeTests
{
    [Fact]
    public async Task The_list_of_requests_is_that_of_the_handlers()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        string text = await File.ReadAllTextAsync(Path.Combine(Root(), "README.md"), TestContext.Current.CancellationToken);
        string[] named = [.. ApiRows().Matches(text).SelectMany(row => row.Groups[1].Value.Split(", ", StringSplitOptions.TrimEntries)).Order(StringComparer.Ordinal)];
        Assert.Equal(broker.Handlers.All.Select(handler => handler.Key.ToString()).Order(StringComparer.Ordinal), named);
    }

    [Fact]
    public async Task Every_request_that_is_served_is_served_in_all_versions()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        foreach (ApiHandler handler in broker.Handlers.All)
        {
            ApiInfo api = ApiCatalog.Get(handler.Key);
            Assert.Equal((handler.Key, api.MinVersion, api.LatestStableVersion), (handler.Key, handler.MinVersion, handler.MaxVersion));
        }
    }

    private static string Root()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Compat.sln")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The tests do not run within the repository.");
        }

        return directory;
    }

    [GeneratedRegex(@"^\| (?:finding one's way|records|groups|administration) \| (.*) \|$", RegexOptions.Multiline)]
    private static partial Regex ApiRows();
}

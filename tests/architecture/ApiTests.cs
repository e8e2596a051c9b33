using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Compat.Architecture.Tests;

/// <summary>An API is one numbered schema page and, where it is served, one handler in a file of the same number and name.</summary>
public partial class ApiTests
{
    private const string AtController = "Controller";

    [Fact]
    public void Every_schema_page_is_numbered_and_named_after_its_key()
    {
        // Beside the pages stand the types that all of them share and the headers in front of every message.
        string[] pages = [.. Repository.FilesUnder("src/Wire/Schemas", ".kapi").Where(path => path.Count(c => c == '/') == 3).Select(Stem)
            .Except(["Headers", "Types"])];

        Assert.NotEmpty(pages);
        Rule.Holds(pages.Where(page => !IsKey(page)), "A page is named NN.Name.kapi after its API key.");
        Assert.Equal(pages.Length, pages.Select(page => page[..2]).Distinct().Count());
    }

    [Fact]
    public void Every_handler_s_file_is_numbered_and_named_after_its_key()
    {
        string[] numbered = [.. HandlerFiles().Select(Stem).Where(stem => NumberedName().IsMatch(stem))];

        Assert.NotEmpty(numbered);
        Rule.Holds(numbered.Where(stem => !IsKey(stem)), "A handler's file is named NN.Name.cs after its API key.");
    }

    [Fact]
    public void Every_handler_stands_in_the_file_of_its_key()
    {
        string[] handlers = [.. Assembly.Load("compat").GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false } && IsHandler(type))
            .Select(type => type.Name[..^"Handler".Length])];
        // A request that brokers check before the controller carries it out has a handler for each, in the one file of its key.
        handlers = [.. handlers.Select(name => name.StartsWith(AtController, StringComparison.Ordinal) && handlers.Contains(name[AtController.Length..])
            ? name[AtController.Length..]
            : name).Distinct()];
        string[] files = [.. HandlerFiles().Select(Stem).Where(stem => NumberedName().IsMatch(stem)).Select(stem => stem[3..])];

        Assert.NotEmpty(handlers);
        Assert.Equal(handlers.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_handler_s_file_opens_with_what_it_does()
    {
        foreach (string path in HandlerFiles().Where(path => NumberedName().IsMatch(Stem(path))))
        {
            Assert.Contains("<summary>", File.ReadAllText(Repository.PathOf(path)), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> HandlerFiles() => Repository.FilesUnder("src/Server/Handlers", ".cs");

    private static bool IsHandler(Type type)
    {
        for (Type? parent = type.BaseType; parent is not null; parent = parent.BaseType)
        {
            if (parent.IsGenericType && parent.Name.StartsWith("ApiHandler`", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(path);

    private static bool IsKey(string stem)
    {
        Type keys = Assembly.Load("Compat.Wire").GetType("Compat.Wire.ApiKey", throwOnError: true)!;
        Match match = NumberedName().Match(stem);
        return match.Success
            && Enum.TryParse(keys, match.Groups[2].Value, out object? key)
            && Convert.ToInt16(key, CultureInfo.InvariantCulture) == short.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^([0-9]{2})\\.([A-Za-z]+)$")]
    private static partial Regex NumberedName();
}

using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>What came of looking up a page's names.</summary>
/// <param name="Page">The page, or null when something is wrong with it.</param>
/// <param name="Problems">The mistakes, those of reading included.</param>
public sealed record ResolvedPage(PageSchema? Page, EquatableArray<Problem> Problems);

/// <summary>Looks up the types that a page's fields name, and checks that its fields fit together.</summary>
public sealed class PageResolver
{
    private readonly Dictionary<string, TypeDeclaration> _types;
    private readonly List<Problem> _problems;

    private PageResolver(Dictionary<string, TypeDeclaration> types, List<Problem> problems)
    {
        _types = types;
        _problems = problems;
    }

    /// <summary>Resolves a page.</summary>
    /// <param name="parsed">The page as it was read.</param>
    /// <param name="types">The domain types of all pages.</param>
    public static ResolvedPage Resolve(ParsedPage parsed, EquatableArray<TypeDeclaration> types)
    {
        List<Problem> problems = [.. parsed.Problems];
        PageResolver resolver = new(TypesByName(parsed, types, problems), problems);
        List<MessageSchema> messages = [];
        foreach (MessageDeclaration message in parsed.Page.Messages)
        {
            messages.Add(new MessageResolver(message, resolver._types, problems).Resolve());
        }

        ApiSchema? api = parsed.Page.Api is { } declared ? resolver.ResolveApi(declared, parsed.Page.Messages) : null;
        PageSchema page = new(NameOf(parsed.Path), api, new(messages));
        return new ResolvedPage(problems.Count == 0 ? page : null, new(problems.OrderBy(problem => problem.Span.Line)));
    }

    private static Dictionary<string, TypeDeclaration> TypesByName(
        ParsedPage parsed, EquatableArray<TypeDeclaration> types, List<Problem> problems)
    {
        Dictionary<string, TypeDeclaration> byName = [];
        foreach (TypeDeclaration type in types)
        {
            if (!byName.ContainsKey(type.Name))
            {
                byName.Add(type.Name, type);
            }
            else if (type.Span.Path == parsed.Path)
            {
                problems.Add(new Problem(ProblemKind.Name, $"The type {type.Name} is declared twice.", type.Span));
            }
        }

        return byName;
    }

    private static string NameOf(string path)
    {
        string file = path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);
        return file.EndsWith(".kapi", StringComparison.Ordinal) ? file.Substring(0, file.Length - ".kapi".Length) : file;
    }

    private ApiSchema? ResolveApi(ApiDeclaration api, EquatableArray<MessageDeclaration> messages)
    {
        MessageDeclaration? request = messages.FirstOrDefault(message => message.Kind == MessageKind.Request);
        MessageDeclaration? response = messages.FirstOrDefault(message => message.Kind == MessageKind.Response);
        if (request is null || response is null || messages.Count != 2)
        {
            _problems.Add(new Problem(ProblemKind.Syntax, $"The page of {api.Name} should have one request and one response.", api.Span));
            return null;
        }

        if (request.Versions != response.Versions)
        {
            _problems.Add(new Problem(
                ProblemKind.Versions, $"The response has versions {response.Versions}, and the request has {request.Versions}.", response.Span));
        }

        int advertisedFrom = api.AdvertisedFrom < 0 ? request.Versions.Low : api.AdvertisedFrom;
        return new ApiSchema(
            api.Key,
            api.Name,
            api.OnBroker,
            api.OnController,
            advertisedFrom,
            request.Versions,
            request.Flexible,
            response.Flexible,
            request.IsLatestUnstable,
            api.Summary);
    }
}

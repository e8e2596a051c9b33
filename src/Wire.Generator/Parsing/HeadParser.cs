using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>Reads the lines that begin something: a type, an API, a message or a structure.</summary>
internal sealed class HeadParser
{
    private readonly SourceLine _line;
    private readonly WordReader _words;

    public HeadParser(SourceLine line, List<Problem> problems)
    {
        _line = line;
        _words = new WordReader(line, problems);
    }

    public bool IsType => _words.Peek() == "type";

    public bool IsApi => _words.Peek() == "api";

    /// <summary>Reads <c>struct Name versions</c> and takes the fields below it.</summary>
    public static StructDeclaration ParseStruct(SourceLine line, EquatableArray<FieldDeclaration> fields, List<Problem> problems)
    {
        WordReader words = new(line, problems);
        words.Take();
        string name = words.TakeName("the structure's name");
        VersionRange? versions = words.HasMore ? words.TakeVersions() : null;
        words.ExpectEnd();
        return new StructDeclaration(name, versions, fields, line.Span);
    }

    /// <summary>Reads <c>type TopicName string</c> or <c>type ErrorCode int16 as ErrorCode</c>.</summary>
    public TypeDeclaration ParseType()
    {
        _words.Take();
        string name = _words.TakeName("the type's name");
        string primitive = _words.Take("a primitive type");
        if (!FieldTypes.TryParse(primitive, out FieldType type) && primitive.Length > 0)
        {
            _words.Report(ProblemKind.Name, $"'{primitive}' is not a primitive type.", _words.LastSpan);
        }

        string? enumName = _words.TryTake("as") ? _words.TakeName("the name of an enum") : null;
        if (enumName is not null && !type.IsInteger())
        {
            _words.Report(ProblemKind.Field, "Only a type of whole numbers can be an enum.", _words.LastSpan);
        }

        _words.ExpectEnd();
        return new TypeDeclaration(name, type, enumName, _line.Span);
    }

    /// <summary>Reads <c>api 0 Produce on broker controller advertised from 0</c>.</summary>
    public ApiDeclaration ParseApi()
    {
        _words.Take();
        int key = _words.TakeNumber("the API's key");
        string name = _words.TakeName("the API's name");
        bool onBroker = false;
        bool onController = false;
        int advertisedFrom = -1;
        if (_words.TryTake("on"))
        {
            onBroker = _words.TryTake("broker");
            onController = _words.TryTake("controller");
        }

        if (!onBroker && !onController)
        {
            _words.Report(ProblemKind.Syntax, "The API should say which listeners serve it: on broker, on controller, or on broker controller.", _line.Span);
        }

        if (_words.TryTake("advertised") && _words.TryTake("from"))
        {
            advertisedFrom = _words.TakeNumber("the first version that is advertised");
        }

        _words.ExpectEnd();
        return new ApiDeclaration(key, name, onBroker, onController, advertisedFrom, _line.Comment, _line.Span);
    }

    /// <summary>Reads the head of a message, for example <c>request 3-13 flexible 9+</c>; null when the line is none.</summary>
    public MessageDeclaration? TryParseMessage(ApiDeclaration? api)
    {
        switch (_words.Peek())
        {
            case "request":
                return ParseOfApi(MessageKind.Request, api, "Request");
            case "response":
                return ParseOfApi(MessageKind.Response, api, "Response");
            case "metadata":
                return ParseNumbered(MessageKind.Metadata, "the record's type");
            case "record-key":
                return ParseNumbered(MessageKind.RecordKey, "the record's type");
            case "record-value":
                return ParseNumbered(MessageKind.RecordValue, "the record's type");
            case "header":
                return ParseNamed(MessageKind.Header);
            case "data":
                return ParseNamed(MessageKind.Data);
            default:
                return null;
        }
    }

    private MessageDeclaration ParseOfApi(MessageKind kind, ApiDeclaration? api, string suffix)
    {
        _words.Take();
        if (api is null)
        {
            _words.Report(ProblemKind.Syntax, "A request or response should stand below the line of its api.", _line.Span);
        }

        MessageDeclaration message = ParseVersions(kind, api?.Key ?? -1, api?.Name + suffix);
        return message with { Summary = $"{suffix} of {api?.Name}. {api?.Summary}" };
    }

    private MessageDeclaration ParseNumbered(MessageKind kind, string number)
    {
        _words.Take();
        int key = _words.TakeNumber(number);
        return ParseVersions(kind, key, _words.TakeName("the message's name"));
    }

    private MessageDeclaration ParseNamed(MessageKind kind)
    {
        _words.Take();
        return ParseVersions(kind, -1, _words.TakeName("the message's name"));
    }

    private MessageDeclaration ParseVersions(MessageKind kind, int key, string name)
    {
        VersionRange versions = _words.TakeVersions();
        VersionRange flexible = _words.TryTake("flexible") ? _words.TakeVersions() : VersionRange.None;
        bool isUnstable = _words.TryTake("latest") && _words.TryTake("unstable");
        _words.ExpectEnd();
        return new MessageDeclaration(
            kind, key, name, versions, flexible, isUnstable, _line.Comment, default, default, _line.Span);
    }
}

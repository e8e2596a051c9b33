using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>
/// Reads the line of a field: <c>Name type versions = default tag 0 key ignorable</c>. Without versions the field is in all that its structure has.
/// <c>[]</c> before the type makes an array of it; <c>?</c> behind it allows null, <c>?5+</c> only in some versions.
/// </summary>
internal static class FieldLineParser
{
    public static FieldDeclaration Parse(SourceLine line, EquatableArray<FieldDeclaration> nested, List<Problem> problems)
    {
        WordReader words = new(line, problems);
        string name = words.TakeName("a field's name");
        string type = words.Take("the field's type");
        SourceSpan typeSpan = words.LastSpan;
        VersionRange? versions = IsVersions(words.Peek()) ? words.TakeVersions() : null;
        FieldDeclaration field = new(name, type, false, versions, false, null, -1, null, null, false, false, false, nested, line.Span);
        field = ReadType(field, typeSpan, words);
        while (words.HasMore)
        {
            field = ReadMark(field, words);
        }

        return field;
    }

    private static FieldDeclaration ReadType(FieldDeclaration field, SourceSpan span, WordReader words)
    {
        string type = field.TypeName;
        int mark = type.IndexOf('?');
        if (mark >= 0)
        {
            string range = type.Substring(mark + 1);
            if (!VersionRange.TryParse(range, out VersionRange nullable) && range.Length > 0)
            {
                words.Report(ProblemKind.Versions, $"'{range}' behind the question mark is not a range of versions.", span);
            }

            field = field with { CanBeNull = true, NullVersions = range.Length > 0 ? nullable : null };
            type = type.Substring(0, mark);
        }

        bool isArray = type.StartsWith("[]", StringComparison.Ordinal);
        return field with { TypeName = isArray ? type.Substring(2) : type, IsArray = isArray };
    }

    private static FieldDeclaration ReadMark(FieldDeclaration field, WordReader words)
    {
        switch (words.Take())
        {
            case "=":
                return field with { Default = words.Take("the default").Trim('"') };
            case "tag":
                int tag = words.TakeNumber("the tag");
                return field with { Tag = tag, TagVersions = IsVersions(words.Peek()) ? words.TakeVersions() : null };
            case "key":
                return field with { IsMapKey = true };
            case "ignorable":
                return field with { IsIgnorable = true };
            case "inflexible":
                return field with { IsNeverFlexible = true };
            default:
                words.Report(ProblemKind.Syntax, "The word is none of the marks of a field: = (default), tag, key, ignorable, inflexible.", words.LastSpan);
                return field;
        }
    }

    private static bool IsVersions(string word) => word.Length > 0 && word[0] is >= '0' and <= '9';
}

using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Tests;

public class PageParserTests
{
    [Fact]
    public void A_line_without_marks_is_a_field_of_every_version()
    {
        FieldSchema field = Assert.Single(Pages.Message("  Title string").Fields);

        Assert.Equal("Title", field.Name);
        Assert.Equal(FieldType.String, field.Type);
        Assert.Equal(VersionRange.All, field.Versions);
        Assert.True(field.Nullable.IsEmpty);
        Assert.True(field.TaggedVersions.IsEmpty);
        Assert.Equal(-1, field.Tag);
        Assert.Null(field.Default);
        Assert.False(field.IsArray || field.IsIgnorable || field.IsMapKey || field.IsNeverFlexible);
    }

    [Fact]
    public void A_field_has_the_versions_of_what_it_is_part_of()
    {
        MessageSchema message = Pages.Message("  Shelf Place 2-3\n    Row Board\n      Side int8\n  Pages []int32?", "data Book 1-4");

        Assert.Equal(new VersionRange(2, 3), message.Structs.Single(declared => declared.Name == "Place").Fields[0].Versions);
        Assert.Equal(new VersionRange(2, 3), message.Structs.Single(declared => declared.Name == "Board").Fields[0].Versions);
        Assert.Equal(new VersionRange(1, VersionRange.Open), message.Fields[1].Versions);
        Assert.Equal(new VersionRange(1, VersionRange.Open), message.Fields[1].Nullable);
    }

    [Fact]
    public void Every_mark_of_a_field_is_read()
    {
        FieldSchema field = Assert.Single(Pages.Message("  Title []string?3-4 2-4 key ignorable = null").Fields);

        Assert.True(field.IsArray);
        Assert.Equal(new VersionRange(2, 4), field.Versions);
        Assert.Equal(new VersionRange(3, 4), field.Nullable);
        Assert.True(field.IsMapKey);
        Assert.True(field.IsIgnorable);
        Assert.True(field.IsNullByDefault);
    }

    [Fact]
    public void A_tag_is_for_the_field_s_versions_unless_it_names_its_own()
    {
        EquatableArray<FieldSchema> fields = Pages.Message("  A int32 2+ tag 0\n  B int32 1+ tag 1 3+").Fields;

        Assert.Equal(new VersionRange(2, VersionRange.Open), fields[0].TaggedVersions);
        Assert.True(fields[0].PlainVersions.IsEmpty);
        Assert.Equal(new VersionRange(3, VersionRange.Open), fields[1].TaggedVersions);
        Assert.Equal(new VersionRange(1, 2), fields[1].PlainVersions);
    }

    [Fact]
    public void Indentation_is_nesting()
    {
        MessageSchema message = Pages.Message("  Shelves []Shelf\n    Books []Book\n      Title string\n    Row int8\n  Name string", "data Library 0");

        Assert.Equal(["Shelves", "Name"], message.Fields.Select(field => field.Name));
        Assert.Equal(["Books", "Row"], message.Structs.Single(declared => declared.Name == "Shelf").Fields.Select(field => field.Name));
        Assert.Equal(["Title"], message.Structs.Single(declared => declared.Name == "Book").Fields.Select(field => field.Name));
    }

    [Fact]
    public void A_structure_may_be_declared_once_and_used_twice()
    {
        MessageSchema message = Pages.Message("  First Place 1+\n  Second []Place 2-3\n  struct Place 1+\n    Row int8");

        StructSchema place = Assert.Single(message.Structs);
        Assert.Equal(new VersionRange(1, VersionRange.Open), place.Versions);
        Assert.All(message.Fields, field => Assert.Equal("Place", field.TypeName));
    }

    [Theory]
    [InlineData("  Place Place\n    Row int8")]
    [InlineData("  Where Place\n    Place int8")]
    [InlineData("  Where Book\n    Row int8")]
    public void A_structure_s_class_makes_way_for_a_member_of_the_same_name(string fields) =>
        Assert.EndsWith("Data", Assert.Single(Pages.Message(fields).Structs).ClassName, StringComparison.Ordinal);

    [Fact]
    public void A_domain_type_gives_a_field_its_type_and_its_enum()
    {
        PageSchema page = Pages.ResolveWell("type Epoch int32\ntype Error int16 as ErrorCode\ndata Book 0\n  A Epoch\n  B Error");
        EquatableArray<FieldSchema> fields = Assert.Single(page.Messages).Fields;

        Assert.Equal((FieldType.Int32, "Epoch", null), (fields[0].Type, fields[0].TypeName, fields[0].EnumName));
        Assert.Equal((FieldType.Int16, "Error", "ErrorCode"), (fields[1].Type, fields[1].TypeName, fields[1].EnumName));
    }

    [Fact]
    public void Each_sort_of_message_has_its_head()
    {
        PageSchema page = Pages.ResolveWell(
            """
            metadata 2 TopicRecord 0 flexible 0+
            record-key 1 OffsetKey 0
            record-value 1 OffsetValue 0-4 flexible 4+
            header Header 1-2 flexible 2+
            data Marker 0
            """);

        Assert.Equal(
            [MessageKind.Metadata, MessageKind.RecordKey, MessageKind.RecordValue, MessageKind.Header, MessageKind.Data],
            page.Messages.Select(message => message.Kind));
        Assert.Equal([2, 1, 1, -1, -1], page.Messages.Select(message => message.Key));
        Assert.Equal(["0+", "none", "4+", "2+", "none"], page.Messages.Select(message => message.Flexible.ToString()));
    }

    [Fact]
    public void An_api_has_a_request_and_a_response()
    {
        PageSchema page = Pages.ResolveWell("# Lends.\napi 7 Lend on broker\nrequest 2-4 flexible 3+ latest unstable\nresponse 2-4 flexible 4+");

        Assert.Equal(
            new ApiSchema(7, "Lend", true, false, 2, new(2, 4), new(3, VersionRange.Open), new(4, VersionRange.Open), true, "Lends."),
            page.Api);
        Assert.Equal(["LendRequest", "LendResponse"], page.Messages.Select(message => message.Name));
    }

    [Fact]
    public void Comments_and_blank_lines_mean_nothing_to_the_fields()
    {
        MessageSchema plain = Pages.Message("  Title string\n  Pages int32");
        MessageSchema spaced = Pages.Message("  # What it is called.\n  Title string # short\n\n      # Odd depth.\n  Pages int32\n\n");

        Assert.Equal(plain, spaced);
    }

    [Fact]
    public void Lines_may_end_as_on_Windows() =>
        Assert.Equal(Pages.Message("  Title string\n  Pages int32"), Pages.Message("  Title string\r\n  Pages int32\r\n"));
}

using Compat.Wire.Generator.Model;
using Compat.Wire.Messages;
using Compat.Wire.Tests.Messages;
using Compat.Wire.Tests.Schemas;

namespace Compat.Wire.Tests.Protocol;

public class MetadataRecordTests
{
    [Fact]
    public void Every_record_is_read_by_its_type()
    {
        foreach (MessageSchema schema in SchemaPages.Messages.Where(message => message.Kind == MessageKind.Metadata))
        {
            short version = (short)schema.Versions.High;
            byte[] frame = MessageCodec.Encode(new MessageValues(schema, version).Create(new Random(schema.Key)), version);
            WireReader reader = new(frame);

            IMetadataRecord record = MetadataRecords.Read((short)schema.Key, ref reader, version);

            Assert.Equal(schema.Name, record.GetType().Name);
            Assert.Equal(schema.Key, record.Type);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(6)]
    [InlineData(short.MaxValue)]
    public void Another_type_is_refused(short type) => Assert.Throws<WireFormatException>(() =>
    {
        WireReader reader = new(new byte[16]);
        MetadataRecords.Read(type, ref reader, 0);
    });
}

using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Rivet.Kernel.Tests;

public sealed class IdentifierTests
{
    [Fact]
    public void Identifier_BytesAndText_ReadBack() => Gen.Guid.Where(value => value != Guid.Empty).Sample(value =>
    {
        var id = new DeviceId(value);
        Assert.True(EntityId.TryRead<DeviceId>(id.ToBytes(), out var fromBytes));
        Assert.True(EntityId.TryParse<DeviceId>(id.ToString(), out var fromText));
        Assert.True(EntityId.TryParse<DeviceId>(value.ToString("D"), out var fromHyphens));
        Assert.Equal((id, id, id), (fromBytes, fromText, fromHyphens));
    });

    [Fact]
    public void Identifier_Bytes_AreBigEndian()
        => Assert.Equal(
            "00112233445566778899AABBCCDDEEFF",
            Convert.ToHexString(new PersonId(new Guid("00112233-4455-6677-8899-aabbccddeeff")).ToBytes()));

    [Fact]
    public void Read_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 40].Sample(bytes =>
        EntityId.TryRead<PersonId>(bytes, out var id) == (bytes.Length == 16 && id.Value != Guid.Empty));

    [Fact]
    public void Parse_AnyText_NeverThrows() => Gen.String.Sample(text => EntityId.TryParse<PersonId>(text, out var id) == (id.Value != Guid.Empty));

    [Fact]
    public void Read_Empty_IsRefused()
    {
        Assert.False(EntityId.TryRead<PersonId>(new byte[16], out _));
        Assert.False(EntityId.TryParse<PersonId>(Guid.Empty.ToString(), out _));
        Assert.False(EntityId.TryParse<PersonId>(null, out _));
        Assert.Throws<FormatException>(() => EntityId.Read<PersonId>(new byte[15]));
    }

    [Fact]
    public void New_Later_SortsLater()
    {
        var time = new FakeTimeProvider();
        var first = EntityId.New<EventId>(time);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var second = EntityId.New<EventId>(time);
        Assert.True(first.ToBytes().AsSpan().SequenceCompareTo(second.ToBytes()) < 0);
    }
}

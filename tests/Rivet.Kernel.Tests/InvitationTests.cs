using CsCheck;

namespace Rivet.Kernel.Tests;

public sealed class InvitationTests
{
    private static readonly Gen<byte[]> Secret = Gen.Byte.Array[InvitationCode.Size];

    [Fact]
    public void Code_Revealed_ParsesBackHoweverItIsTyped() => Gen.Select(Secret, Gen.Int[0, 3]).Sample((secret, typing) =>
    {
        Assert.True(InvitationCode.TryRead(secret, out var code));
        var typed = typing switch
        {
            0 => code.Reveal(),
            1 => code.Reveal().ToLowerInvariant(),
            2 => code.Reveal().Replace("-", " ", StringComparison.Ordinal),
            _ => code.Reveal().Replace('0', 'o').Replace('1', 'l').Replace("-", "", StringComparison.Ordinal),
        };
        Assert.True(InvitationCode.TryParse(typed, out var again));
        Assert.Equal(secret, again.Bytes.ToArray());
    });

    [Fact]
    public void Code_AnyText_NeverThrows() => Gen.String.Sample(text => { InvitationCode.TryParse(text, out _); });

    [Fact]
    public void Code_OneDigitChanged_IsAnotherCode() => Gen.Select(Secret, Gen.Int[1, 25]).Sample((secret, at) =>
    {
        InvitationCode.TryRead(secret, out var code);
        var text = code!.Reveal().Replace("-", "", StringComparison.Ordinal).ToCharArray();
        text[at] = text[at] == '7' ? '8' : '7';
        Assert.True(InvitationCode.TryParse(new string(text), out var other));
        Assert.NotEqual(secret, other.Bytes.ToArray());
    });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("7ZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [InlineData("7ZZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [InlineData("8ZZZZZZZZZZZZZZZZZZZZZZZZZ")]
    [InlineData("7ZZZZZZZZZZZZZZZZZZZZZZZZU")]
    [InlineData("7ZZZZZZZZZZZZ_ZZZZZZZZZZZZ")]
    public void Code_TooShortTooLongTooGreatOrForeign_IsRefused(string? text) => Assert.False(InvitationCode.TryParse(text, out _));

    [Fact]
    public void Code_OtherSizes_AreRefused() => Gen.Int[0, 64].Where(size => size != 16).Sample(size => !InvitationCode.TryRead(new byte[size], out _));

    [Fact]
    public void Code_AsText_IsRedacted()
    {
        var code = InvitationCode.Create();
        Assert.Equal("[redacted]", code.ToString());
        Assert.NotEqual(code.Reveal(), InvitationCode.Create().Reveal());
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("rivet.example.com")]
    [InlineData("192.0.2.7")]
    [InlineData("2001:db8::7")]
    public void Link_Revealed_ParsesBack(string host) => Gen.Select(Secret, Gen.Byte.Array[32], Gen.Int[1, 65535]).Sample((secret, key, port) =>
    {
        InvitationCode.TryRead(secret, out var code);
        var link = new InvitationLink { Host = host, Port = port, ServerKey = key, Code = code! };
        Assert.True(InvitationLink.TryParse(link.Reveal(), out var again));
        Assert.Equal((host, port), (again.Host, again.Port));
        Assert.Equal(key, again.ServerKey.ToArray());
        Assert.Equal(secret, again.Code.Bytes.ToArray());
        Assert.DoesNotContain(code!.Reveal(), link.ToString(), StringComparison.Ordinal);
    });

    [Fact]
    public void Link_AnyText_NeverThrows() => Gen.String.Sample(text =>
    {
        InvitationLink.TryParse(text, out _);
        InvitationLink.TryParse("rivet://" + text, out _);
        InvitationLink.TryParse("rivet://host:1/" + text, out _);
    });

    [Fact]
    public void Link_Damaged_IsRefused()
    {
        var good = new InvitationLink { Host = "host", Port = 8443, ServerKey = new byte[32], Code = InvitationCode.Create() }.Reveal();
        Assert.True(InvitationLink.TryParse(good, out _));
        string[] bad =
        [
            good.Replace("rivet://", "https://", StringComparison.Ordinal),
            good.Replace(":8443", "", StringComparison.Ordinal),
            good.Replace(":8443", ":0", StringComparison.Ordinal),
            good.Replace(":8443", ":65536", StringComparison.Ordinal),
            good.Replace("host", "user@host", StringComparison.Ordinal),
            good.Replace("AAAA", "AAA", StringComparison.Ordinal),
            good + "?query",
            good + "#fragment",
            good + "/more",
            good[..^1],
            new string('x', 600),
        ];
        Assert.All(bad, text => Assert.False(InvitationLink.TryParse(text, out _)));
    }
}

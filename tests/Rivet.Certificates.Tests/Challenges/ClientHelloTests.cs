using System.Buffers;
using System.Net.Security;
using CsCheck;
using Rivet.Certificates.Challenges;
using Rivet.Certificates.Tests.Fakes;

namespace Rivet.Certificates.Tests.Challenges;

/// <summary>The hello of the platform's own TLS client, cut in every way in which it may come.</summary>
public sealed class ClientHelloTests
{
    private static readonly SslApplicationProtocol Other = new("h2");

    [Fact]
    public async Task Read_OneRecord_GivesNameAndProtocols()
    {
        var hello = await CaptureAsync("Chat.Example.org", TlsAlpnPort.Acme, Other);

        var read = ClientHello.Read(new ReadOnlySequence<byte>(hello), out var needsMore);

        Assert.False(needsMore);
        Assert.Equal("Chat.Example.org", read?.ServerName);
        Assert.Equal([TlsAlpnPort.Acme.Protocol.ToArray(), Other.Protocol.ToArray()], read!.Protocols);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(60)]
    public async Task Read_SeveralRecords_GivesTheSame(int records)
    {
        var hello = Fragments.Cut(await CaptureAsync("chat.example.org", TlsAlpnPort.Acme), records);

        var read = ClientHello.Read(new ReadOnlySequence<byte>(hello), out _);

        Assert.Equal("chat.example.org", read?.ServerName);
        Assert.Equal(TlsAlpnPort.Acme.Protocol.ToArray(), Assert.Single(read!.Protocols));
    }

    [Fact]
    public async Task Read_EveryBeginning_AsksForMore()
    {
        var hello = Fragments.Cut(await CaptureAsync("chat.example.org", TlsAlpnPort.Acme), 3);
        for (var length = 0; length < hello.Length; length++)
        {
            Assert.Null(ClientHello.Read(new ReadOnlySequence<byte>(hello, 0, length), out var needsMore));
            Assert.True(needsMore, $"after {length} bytes");
        }
    }

    [Fact]
    public async Task Read_MoreRecordsThanAnybodyNeeds_IsNoHello()
    {
        var hello = Fragments.Cut(await CaptureAsync("chat.example.org", TlsAlpnPort.Acme), 65);

        Assert.Null(ClientHello.Read(new ReadOnlySequence<byte>(hello), out var needsMore));
        Assert.False(needsMore);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\u0016\u0003\u0001\u0000\u0000........")]
    [InlineData("\u0016\u0003\u0001\u0000\u0004\u0002\u0000\u0000\u0000")]
    [InlineData("\u0016\u0003\u0001\u0000\u0004\u0001\u00ff\u00ff\u00ff")]
    [InlineData("\u0016\u0003\u0001\u0000\u0004\u0001\u0000\u0000\u0000")]
    public void Read_SomethingElse_IsNoHelloAndWaitsForNothing(string text)
    {
        Assert.Null(ClientHello.Read(new ReadOnlySequence<byte>(System.Text.Encoding.Latin1.GetBytes(text)), out var needsMore));
        Assert.False(needsMore);
    }

    [Fact]
    public async Task Read_ADamagedHello_DoesNotThrow()
    {
        var hello = await CaptureAsync("chat.example.org", TlsAlpnPort.Acme);
        Gen.Select(Gen.Int[0, hello.Length - 1], Gen.Byte).Array[1, 6].Sample(changes =>
        {
            var damaged = (byte[])hello.Clone();
            foreach (var (at, value) in changes)
            {
                damaged[at] = value;
            }

            _ = ClientHello.Read(new ReadOnlySequence<byte>(damaged), out _);
        });
    }

    private static async Task<byte[]> CaptureAsync(string name, params SslApplicationProtocol[] protocols)
    {
        await using var heard = new Deaf();
        await using var tls = new SslStream(heard);
        await Assert.ThrowsAnyAsync<IOException>(() => tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = name, ApplicationProtocols = [.. protocols] }, TestContext.Current.CancellationToken));
        return heard.ToArray();
    }

    /// <summary>Takes what is written and says nothing.</summary>
    private sealed class Deaf : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);
    }
}

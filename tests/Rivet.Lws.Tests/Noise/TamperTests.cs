using Rivet.Cryptography.Sodium;
using Rivet.Lws.Noise;

namespace Rivet.Lws.Tests.Noise;

/// <summary>Someone between the two sides, and sides that do not belong together.</summary>
public sealed class TamperTests
{
    public static TheoryData<string> Protocols => Pair.Protocols;

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Messages_Untouched_Complete(string protocol)
    {
        using var pair = new Pair(protocol);
        Assert.True(await pair.RunAsync());

        using var left = pair.Initiator.Split();
        using var right = pair.Responder.Split();
        Assert.Equal(left.HandshakeHash.ToArray(), right.HandshakeHash.ToArray());
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Read_AnyByteFlipped_NeverCompletes(string protocol)
    {
        // Every byte under one cipher; under the other, whose messages have the same parts, every sixteenth.
        var step = protocol.Contains("AESGCM", StringComparison.Ordinal) ? 1 : 16;
        foreach (var (turn, size) in await SizesAsync(protocol))
        {
            for (var at = 0; at < size; at += step)
            {
                using var pair = new Pair(protocol);
                Assert.False(await pair.RunAsync((index, message) => index == turn ? Flip(message, at) : message), $"message {turn}, byte {at}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Read_TruncatedOrExtended_NeverCompletes(string protocol)
    {
        foreach (var (turn, size) in await SizesAsync(protocol))
        {
            int[] lengths = [0, 1, 31, 32, 33, 1215, 1216, 1231, 1232, 1233, size / 2, size - 17, size - 16, size - 8, size - 1, size + 1, size + 16, 65535, 65536, 100_000];
            foreach (var length in lengths.Where(length => length >= 0 && length != size).Distinct())
            {
                using var pair = new Pair(protocol);
                Assert.False(await pair.RunAsync((index, message) => index == turn ? Resize(message, length) : message), $"message {turn}, length {length}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Read_MessageOfAnotherRun_NeverCompletes(string protocol)
    {
        using var other = new Pair(protocol);
        var recorded = new List<byte[]>();
        Assert.True(await other.RunAsync((_, message) =>
        {
            recorded.Add(message);
            return message;
        }));

        for (var turn = 0; turn < other.Count; turn++)
        {
            using var pair = new Pair(protocol);
            Assert.False(await pair.RunAsync((index, message) => index == turn ? recorded[turn] : message));
        }
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Read_OtherPrologue_NeverCompletes(string protocol)
    {
        using var pair = new Pair(protocol, responder: setup => setup with { Prologue = "Prologue"u8.ToArray() });
        Assert.False(await pair.RunAsync());
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Read_OtherCipher_NeverCompletes(string protocol)
    {
        var other = protocol.Contains("AESGCM", StringComparison.Ordinal) ? protocol.Replace("AESGCM", "ChaChaPoly", StringComparison.Ordinal) : protocol.Replace("ChaChaPoly", "AESGCM", StringComparison.Ordinal);
        using var pair = new Pair(protocol, responder: setup => setup with { Protocol = Pair.Setup(other, isInitiator: false).Protocol });
        Assert.False(await pair.RunAsync());
    }

    [Fact]
    public async Task Read_OtherPresharedKey_Fails()
    {
        using var pair = new Pair("Noise_NNpsk0+hfs_25519+MLKEM768_AESGCM_SHA256", responder: setup => setup with { PresharedKey = new byte[32] });
        Assert.False(await pair.RunAsync());
        Assert.True(pair.Responder.IsEnded);
    }

    [Fact]
    public async Task Read_MadeForAnotherServer_Fails()
    {
        using var another = X25519Key.Create();
        using var pair = new Pair("Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256", initiator: setup => setup with { RemoteStatic = another.PublicKey });
        Assert.False(await pair.RunAsync());
        Assert.True(pair.Responder.IsEnded);
    }

    [Fact]
    public async Task Read_OfADevice_GivesItsStaticKey()
    {
        using var pair = new Pair("Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256");
        Assert.True(pair.Responder.RemoteStatic.IsEmpty);
        Assert.True(await pair.RunAsync());
        Assert.Equal(Pair.Device.PublicKey.ToArray(), pair.Responder.RemoteStatic.ToArray());
        Assert.Equal(Pair.Server.PublicKey.ToArray(), pair.Initiator.RemoteStatic.ToArray());
    }

    private static async Task<List<(int Turn, int Size)>> SizesAsync(string protocol)
    {
        var sizes = new List<(int, int)>();
        using var pair = new Pair(protocol);
        Assert.True(await pair.RunAsync((turn, message) =>
        {
            sizes.Add((turn, message.Length));
            return message;
        }));
        return sizes;
    }

    private static byte[] Flip(byte[] message, int at)
    {
        // The lowest bit, but the highest of an X25519 key, which its arithmetic ignores and the hash does not.
        message[at] ^= at == 31 ? (byte)0x80 : (byte)1;
        return message;
    }

    private static byte[] Resize(byte[] message, int length)
    {
        Array.Resize(ref message, length);
        return message;
    }
}

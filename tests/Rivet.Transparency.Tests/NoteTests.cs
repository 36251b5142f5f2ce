using System.Text;
using CsCheck;
using Rivet.Cryptography.Sodium;

namespace Rivet.Transparency.Tests;

public sealed class NoteTests
{
    /// <summary>The example of golang.org/x/mod/sumdb/note.</summary>
    private const string Foreign =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        + "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    private const string ForeignKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    private static readonly Ed25519Verifier Verifier = new();
    private readonly Ed25519Key key = Ed25519Key.Create();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task IsSignedBy_NoteOfAnotherProgram_Verifies()
    {
        Assert.True(NoteKey.TryParse(ForeignKey, out var neumann));
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes(Foreign), out var note));
        Assert.True(await note.IsSignedByAsync(neumann, Verifier, Ct));
        Assert.Equal(Foreign, note.ToString());
        Assert.Equal(ForeignKey, neumann.ToString());
        Assert.True(NoteKey.TryParse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", out _));
    }

    [Theory]
    [InlineData("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a3+CRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10")]
    [InlineData("PeterNeumann+c74f20a3")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_NoKey_Refuses(string? text) => Assert.False(NoteKey.TryParse(text, out _));

    [Fact]
    public async Task SignAsync_Checkpoint_IsReadAndVerified()
    {
        var note = await SignedAsync(12);
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes(note.ToString()), out var read));
        Assert.True(Checkpoint.TryParse(read.Text, out var checkpoint));
        Assert.Equal(12, checkpoint.Size);
        Assert.True(await read.IsSignedByAsync(NoteKey.Of("rivet.example/log", NoteKeyKind.Ed25519, key.PublicKey), Verifier, Ct));
        Assert.False(await read.IsSignedByAsync(NoteKey.Of("rivet.example/other", NoteKeyKind.Ed25519, key.PublicKey), Verifier, Ct));
        Assert.False(await read.IsSignedByAsync(NoteKey.Of("rivet.example/log", NoteKeyKind.Cosignature, key.PublicKey), Verifier, Ct));
    }

    [Fact]
    public async Task SignAsync_Witness_SaysWhenAndForWhichTree()
    {
        using var witnessKey = Ed25519Key.Create();
        var witness = NoteKey.Of("witness.example", NoteKeyKind.Cosignature, witnessKey.PublicKey);
        var note = await SignedAsync(12);
        var at = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var line = (await Cosignature.SignAsync(note.Text, witness.Name, at, witnessKey, Ct))!;
        Assert.Equal(at, Cosignature.TimeOf(line));
        Assert.True(await (note with { Signatures = [.. note.Signatures, line] }).IsSignedByAsync(witness, Verifier, Ct));
        Assert.False(await note.IsSignedByAsync(witness, Verifier, Ct));

        // The same line below another tree, and at another time.
        Assert.False(await ((await SignedAsync(13)) with { Signatures = [line] }).IsSignedByAsync(witness, Verifier, Ct));
        var later = line.Signature.ToArray();
        later[7]++;
        Assert.False(await (note with { Signatures = [line with { Signature = later }] }).IsSignedByAsync(witness, Verifier, Ct));
    }

    [Fact]
    public async Task IsSignedBy_SpoiltLineBesideAGoodOne_Refuses()
    {
        var note = await SignedAsync(12);
        var spoilt = note.Signatures[0].Signature.ToArray();
        spoilt[0] ^= 1;
        var both = note with { Signatures = [note.Signatures[0], note.Signatures[0] with { Signature = spoilt }] };
        Assert.False(await both.IsSignedByAsync(NoteKey.Of("rivet.example/log", NoteKeyKind.Ed25519, key.PublicKey), Verifier, Ct));
    }

    [Fact]
    public async Task TryParse_AnyByteChanged_RefusesOrDoesNotVerify()
    {
        var bytes = Encoding.UTF8.GetBytes((await SignedAsync(12)).ToString());
        var own = NoteKey.Of("rivet.example/log", NoteKeyKind.Ed25519, key.PublicKey);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[1, 255]).Sample((at, change) =>
        {
            var changed = bytes.ToArray();
            changed[at] ^= change;
            Assert.False(SignedNote.TryParse(changed, out var note) && note.IsSignedByAsync(own, Verifier, Ct).AsTask().GetAwaiter().GetResult());
        });
    }

    [Theory]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\n— name AAAAAAA=")]
    [InlineData("text\n\n- name AAAAAAA=\n")]
    [InlineData("text\n\n— na+me AAAAAAA=\n")]
    [InlineData("text\n\n— name AAAA\n")]
    [InlineData("text\n\n— name AAAAAAB=\n")]
    [InlineData("te\u0001xt\n\n— name AAAAAAA=\n")]
    [InlineData("te\rxt\n\n— name AAAAAAA=\n")]
    public void TryParse_NoNote_Refuses(string text) => Assert.False(SignedNote.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void TryParse_HostileSizes_Refuses()
    {
        Assert.False(SignedNote.TryParse([0xff, (byte)'\n', (byte)'\n'], out _));
        Assert.False(SignedNote.TryParse(new byte[SignedNote.LongestNote + 1], out _));
        var many = "text\n\n" + string.Concat(Enumerable.Repeat("— name AAAAAAA=\n", 65));
        Assert.False(SignedNote.TryParse(Encoding.UTF8.GetBytes(many), out _));
    }

    [Theory]
    [InlineData("\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("log\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("log\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("log\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n")]
    [InlineData("log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n")]
    [InlineData("log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n")]
    [InlineData("log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    public void TryParse_NoCheckpoint_Refuses(string text) => Assert.False(Checkpoint.TryParse(text, out _));

    private async Task<SignedNote> SignedAsync(long size)
    {
        var checkpoint = new Checkpoint { Origin = "rivet.example/log", Size = size, Root = TreeHash.Empty.ToArray() };
        return (await checkpoint.SignAsync(key, Ct))!;
    }
}

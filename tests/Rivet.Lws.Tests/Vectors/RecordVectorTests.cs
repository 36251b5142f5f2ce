using System.Buffers;
using System.Text.Json.Nodes;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;

namespace Rivet.Lws.Tests.Vectors;

/// <summary>Records of one direction under one key, in order (docs/protocol/lws.md §6).</summary>
public sealed class RecordVectorTests
{
    private const string Name = "records";
    private const string Section = "§6";
    private static readonly LinkAeads Aeads = new();
    private static readonly byte[] Key = VectorFile.Run(0, AeadSizes.Key);
    private static readonly byte[] Ping = Convert.FromHexString("000000080900000000000007");
    private static readonly byte[] Pong = Convert.FromHexString("000000080a00000000000007");

    public static TheoryData<string> Cases => [.. VectorFile.Read(Name).Select(each => each.Name)];

    [Fact]
    public async Task File_MadeAnew_IsTheSame()
    {
        var cases = new List<JsonObject>();
        foreach (var suite in (AeadSuite[])[AeadSuite.Aes256Gcm, AeadSuite.ChaCha20Poly1305])
        {
            var cipher = Cipher(suite);
            var first = await SealAsync(suite, 0, Ping);
            var second = await SealAsync(suite, 1, Pong);
            cases.Add(await MakeAsync($"{cipher}: three records", suite, accept: true, 0, first, second, await SealAsync(suite, 2, [.. Ping, .. Pong])));
            foreach (var size in (int[])[64, 65, 256, 257, 4_096, 4_097, 16_384, 16_385])
            {
                cases.Add(await MakeAsync($"{cipher}: {size} bytes of frames", suite, accept: true, 0, await SealAsync(suite, 0, Push(size))));
            }

            cases.Add(await MakeAsync($"{cipher}: the record before and after the change of keys", suite, accept: true, 65_535, await SealAsync(suite, 65_535, Ping), await SealAsync(suite, 65_536, Ping)));
            cases.Add(await MakeAsync($"{cipher}: a sender that does not change keys", suite, accept: false, 65_536, await SealAsync(suite, 65_536, Ping, rekeys: false)));
            cases.Add(await MakeAsync($"{cipher}: a changed tag", suite, accept: false, 0, Changed(first, ^1)));
            cases.Add(await MakeAsync($"{cipher}: a changed first byte", suite, accept: false, 0, Changed(first, 4)));
            cases.Add(await MakeAsync($"{cipher}: replayed", suite, accept: false, 0, first, first));
            cases.Add(await MakeAsync($"{cipher}: the second first", suite, accept: false, 0, second));
            cases.Add(await MakeAsync($"{cipher}: a longer length, filled up", suite, accept: false, 0, Longer(first)));
            cases.Add(await MakeAsync($"{cipher}: an empty record", suite, accept: false, 0, await SealPlaintextAsync(suite, [])));
            cases.Add(await MakeAsync($"{cipher}: nothing but padding", suite, accept: false, 0, await SealPlaintextAsync(suite, new byte[64])));
            cases.Add(await MakeAsync($"{cipher}: padding of a length that no bucket has", suite, accept: true, 0, await SealPlaintextAsync(suite, [.. Ping, .. new byte[7]])));
            cases.Add(await MakeAsync($"{cipher}: a frame cut by the record's end", suite, accept: false, 0, await SealPlaintextAsync(suite, [0, 0, 0, 60, .. Ping[4..], .. new byte[40]])));
            cases.Add(await MakeAsync($"{cipher}: something behind zeros", suite, accept: false, 0, await SealPlaintextAsync(suite, [.. Ping, .. new byte[51], 1])));
            cases.Add(await MakeAsync($"{cipher}: a frame behind zeros", suite, accept: false, 0, await SealPlaintextAsync(suite, [.. Ping, .. new byte[8], .. Ping])));
        }

        VectorFile.Compare(Name, "docs/protocol/lws.md §6", cases);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Case_ComesOutAsItSays(string name)
    {
        var vector = VectorFile.Find(Name, name);
        var suite = vector["cipher"]!.GetValue<string>() == "AESGCM" ? AeadSuite.Aes256Gcm : AeadSuite.ChaCha20Poly1305;
        var key = VectorFile.Bytes(vector["key"]);
        using var opener = new RecordOpener(Aeads, suite, Aeads.Create(suite, key));
        using var sealer = new RecordSealer(Aeads, suite, Aeads.Create(suite, key));
        for (var skipped = vector["skip"]?.GetValue<int>() ?? 0; skipped > 0; skipped--)
        {
            var unseen = await SealAsync(sealer, Ping);
            Assert.NotNull(await OpenAsync(opener, unseen));
        }

        var isAccepted = true;
        foreach (var record in vector["records"]!.AsArray())
        {
            var opened = await OpenAsync(opener, VectorFile.Bytes(record!["record"]));
            isAccepted &= opened is not null && AreFrames(opened);
            if (record["plaintext"] is { } plaintext && opened is not null)
            {
                Assert.Equal(plaintext.GetValue<string>(), VectorFile.Hex(opened));
            }
        }

        Assert.Equal(VectorFile.IsAccepted(vector), isAccepted);
    }

    [Fact]
    public async Task Example_OfTheSpecification_IsTheFirstRecord()
    {
        var specification = (await File.ReadAllTextAsync(Path.Combine(Testing.Fixtures.RepositoryRoot(), "docs/protocol/lws.md"), CancellationToken.None))
            .Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);

        Assert.Contains(VectorFile.Hex(await SealAsync(AeadSuite.Aes256Gcm, 0, Ping)), specification, StringComparison.Ordinal);
    }

    private static async Task<JsonObject> MakeAsync(string name, AeadSuite suite, bool accept, int skip, params byte[][] records)
    {
        using var opener = new RecordOpener(Aeads, suite, Aeads.Create(suite, Key));
        using var sealer = new RecordSealer(Aeads, suite, Aeads.Create(suite, Key));
        for (var skipped = 0; accept && skipped < skip; skipped++)
        {
            await OpenAsync(opener, await SealAsync(sealer, Ping));
        }

        var made = new JsonArray();
        foreach (var record in records)
        {
            // A plaintext is only given where it is to be reached.
            var vector = new JsonObject();
            if (accept)
            {
                vector["plaintext"] = VectorFile.Hex(await OpenAsync(opener, record));
            }

            vector["record"] = VectorFile.Hex(record);
            made.Add(vector);
        }

        return VectorFile.Case(
            name, Section, accept,
            ("cipher", Cipher(suite)), ("key", VectorFile.Hex(Key)), ("from", "server"), ("skip", skip == 0 ? null : skip), ("records", made));
    }

    /// <summary>The record of that number; every one before it is sealed and forgotten.</summary>
    private static async Task<byte[]> SealAsync(AeadSuite suite, int number, byte[] frames, bool rekeys = true)
    {
        if (!rekeys)
        {
            return await SealPlaintextAsync(suite, [.. frames, .. new byte[RecordPadding.Bucket(frames.Length) - frames.Length]], (ulong)number);
        }

        using var sealer = new RecordSealer(Aeads, suite, Aeads.Create(suite, Key));
        for (var before = 0; before < number; before++)
        {
            await SealAsync(sealer, Ping);
        }

        return await SealAsync(sealer, frames);
    }

    private static async Task<byte[]> SealAsync(RecordSealer sealer, byte[] frames)
    {
        var buffer = new byte[RecordSealer.SizeOf(frames.Length)];
        frames.CopyTo(buffer, RecordLimits.HeaderSize);
        return (await sealer.SealAsync(buffer, frames.Length)).ToArray();
    }

    /// <summary>A record that no good sender makes, with the primitive itself.</summary>
    private static async Task<byte[]> SealPlaintextAsync(AeadSuite suite, byte[] plaintext, ulong number = 0)
    {
        using var key = Aeads.Create(suite, Key);
        var record = new byte[plaintext.Length + RecordLimits.Overhead];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(record, plaintext.Length + AeadSizes.Tag);
        var nonce = new byte[AeadSizes.Nonce];
        Rivet.Lws.Noise.CipherState.WriteNonce(suite, number, nonce);
        await key.SealAsync(nonce, record.AsMemory(0, RecordLimits.HeaderSize), plaintext, record.AsMemory(RecordLimits.HeaderSize));
        return record;
    }

    private static async Task<byte[]?> OpenAsync(RecordOpener opener, byte[] record)
    {
        var received = new ReadOnlySequence<byte>(record);
        if (RecordOpener.Find(received, out var size) != RecordStatus.Complete || size + RecordLimits.Overhead != record.Length)
        {
            return null;
        }

        var buffer = new byte[size + AeadSizes.Tag];
        return await opener.OpenAsync(received, size, buffer) ? buffer[..size] : null;
    }

    private static bool AreFrames(byte[] plaintext)
    {
        var rest = new ReadOnlySequence<byte>(plaintext);
        FrameStatus status;
        while ((status = RecordFrames.TryRead(ref rest, out _)) == FrameStatus.Complete)
        {
        }

        return status == FrameStatus.End;
    }

    private static byte[] Push(int size)
    {
        var frame = new byte[size];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame, size - 4);
        (frame[4], frame[6], frame[7]) = (8, 0x82, 0);
        return frame;
    }

    private static byte[] Changed(byte[] record, Index at)
    {
        var changed = record.ToArray();
        changed[at] ^= 1;
        return changed;
    }

    private static byte[] Longer(byte[] record)
    {
        byte[] longer = [.. record, 0];
        longer[3]++;
        return longer;
    }

    private static string Cipher(AeadSuite suite) => suite == AeadSuite.Aes256Gcm ? "AESGCM" : "ChaChaPoly";
}

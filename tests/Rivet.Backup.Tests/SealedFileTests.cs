using System.Text;
using System.Text.Json;
using CsCheck;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;

namespace Rivet.Backup.Tests;

public sealed class SealedFileTests : IDisposable
{
    private const int Head = SealedFormat.HeadSize;
    private const int Chunk = SealedFormat.SealedChunkSize;
    private readonly TempFolder folder = new();
    private readonly XWingKey key = XWingKey.Create();

    [Fact]
    public void Vector_OfTheFormat_Opens()
    {
        using var vector = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot(), "vectors/backup/sealed.json")));
        using var recipient = XWingKey.FromSeed(vector.RootElement.GetProperty("seed").GetBytesFromBase64());
        File.WriteAllBytes(folder["vector"], vector.RootElement.GetProperty("file").GetBytesFromBase64());

        using var reader = SealedReader.Open(folder["vector"], SealedKind.Data, recipient);

        Assert.Equal(vector.RootElement.GetProperty("plaintext").GetString(), Encoding.UTF8.GetString(reader.ReadAll()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(200_000)]
    [InlineData(1_200_000)]
    public void Written_OfAnySize_ReadsBack(int size)
    {
        var bytes = Bytes(size);
        var path = Write(bytes, "one");

        using var reader = SealedReader.Open(path, SealedKind.Data, key);

        Assert.Equal(size, reader.Length);
        Assert.Equal(bytes, reader.ReadAll());
        Assert.False(File.Exists(path + SealedWriter.Unfinished));
    }

    [Fact]
    public void Read_AtAnyPlace_GivesWhatWasWritten()
    {
        var bytes = Bytes(300_000);
        using var reader = SealedReader.Open(Write(bytes, "one"), SealedKind.Data, key);

        Gen.Int[0, 299_999].Select(Gen.Int[0, 140_000]).Sample(
            (from, size) =>
            {
                var read = new byte[Math.Min(size, 300_000 - from)];
                reader.Read(from, read);
                return read.AsSpan().SequenceEqual(bytes.AsSpan(from, read.Length));
            },
            iter: 200, threads: 1);
    }

    [Fact]
    public void ByteOfTheHead_Changed_IsRefusedEach()
    {
        var path = Write(Bytes(100), "one");
        var whole = File.ReadAllBytes(path);
        for (var at = 0; at < Head; at++)
        {
            Assert.Contains(RefusedWith(path, Flipped(whole, at)).Fault, (BackupFault[])[BackupFault.Damaged, BackupFault.Misplaced, BackupFault.WrongKey]);
        }
    }

    [Fact]
    public void ByteOfAChunk_Changed_IsRefusedWithThePlace()
    {
        var path = Write(Bytes(200_000), "one");
        var whole = File.ReadAllBytes(path);
        foreach (var chunk in Enumerable.Range(0, 4))
        {
            foreach (var within in (int[])[0, 17, 3_000])
            {
                var refused = RefusedWith(path, Flipped(whole, Head + (chunk * Chunk) + within));
                Assert.Equal(BackupFault.Damaged, refused.Fault);
                Assert.Contains($"at byte {Head + (chunk * Chunk)}:", refused.Message, StringComparison.Ordinal);
                Assert.Contains(path, refused.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal(BackupFault.Damaged, RefusedWith(path, Flipped(whole, whole.Length - 1)).Fault);
    }

    [Fact]
    public void File_CutAnywhere_IsRefused()
    {
        var path = Write(Bytes(200_000), "one");
        var whole = File.ReadAllBytes(path);
        int[] boundaries = [0, 1, 15, Head - 1, Head, .. Enumerable.Range(1, 3).SelectMany(chunk => (int[])[Head + (chunk * Chunk) - 1, Head + (chunk * Chunk), Head + (chunk * Chunk) + 1, Head + (chunk * Chunk) + 16])];
        foreach (var length in boundaries.Concat(Enumerable.Range(1, 40).Select(part => whole.Length * part / 41)).Append(whole.Length - 1))
        {
            Assert.Contains(RefusedWith(path, whole[..length]).Fault, (BackupFault[])[BackupFault.Truncated, BackupFault.Damaged]);
        }

        Assert.Equal(BackupFault.Truncated, RefusedWith(path, whole[..(Head + (2 * Chunk))]).Fault);
        Assert.Contains($"at byte {Head + (2 * Chunk)}.", RefusedWith(path, whole[..(Head + (2 * Chunk))]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chunks_MovedRepeatedOrAppended_AreRefused()
    {
        var path = Write(Bytes(200_000), "one");
        var whole = File.ReadAllBytes(path);
        var (head, first, second, rest) = (whole[..Head], whole[Head..(Head + Chunk)], whole[(Head + Chunk)..(Head + (2 * Chunk))], whole[(Head + (2 * Chunk))..]);

        Assert.Equal(BackupFault.Damaged, RefusedWith(path, [.. head, .. second, .. first, .. rest]).Fault);
        Assert.Equal(BackupFault.Damaged, RefusedWith(path, [.. head, .. first, .. first, .. second, .. rest]).Fault);
        Assert.Equal(BackupFault.Damaged, RefusedWith(path, [.. head, .. first, .. rest]).Fault);
        var refusal = RefusedWith(path, [.. whole, .. first]);
        Assert.NotEqual(BackupFault.WrongKey, refusal.Fault);
    }

    [Fact]
    public void ChunkAppended_BehindAFullLastOne_IsToldAsLonger()
    {
        var path = Write(Bytes(2 * SealedFormat.ChunkSize), "one");
        var whole = File.ReadAllBytes(path);

        File.WriteAllBytes(path, [.. whole, .. whole[Head..(Head + Chunk)]]);

        using var reader = SealedReader.Open(path, SealedKind.Data, key);
        Assert.Equal(BackupFault.Longer, Assert.Throws<BackupException>(() => reader.Read(SealedFormat.ChunkSize, new byte[10])).Fault);
    }

    [Fact]
    public void ChunksAndHeads_OfTwoFiles_DoNotMix()
    {
        var (one, other) = (Write(Bytes(200_000), "one"), Write(Bytes(200_000), "other"));
        var (left, right) = (File.ReadAllBytes(one), File.ReadAllBytes(other));

        Assert.Equal(BackupFault.Damaged, RefusedWith(one, [.. left[..Head], .. right[Head..]]).Fault);
        Assert.Equal(BackupFault.Damaged, RefusedWith(one, [.. left[..(Head + Chunk)], .. right[(Head + Chunk)..]]).Fault);
    }

    [Fact]
    public void Kind_Other_IsRefused()
        => Assert.Equal(BackupFault.Misplaced, Assert.Throws<BackupException>(() => SealedReader.Open(Write(Bytes(9), "one"), SealedKind.Keys, key)).Fault);

    [Fact]
    public void Key_Other_IsRefusedAsSuch()
    {
        using var wrong = XWingKey.Create();

        Assert.Equal(BackupFault.WrongKey, Assert.Throws<BackupException>(() => SealedReader.Open(Write(Bytes(9), "one"), SealedKind.Data, wrong)).Fault);
    }

    [Fact]
    public void Writer_GivenUp_LeavesNothing()
    {
        using (var writer = new SealedWriter(folder["one"], SealedKind.Data, key.PublicKey.Span))
        {
            writer.Write(Bytes(3_000_000));
        }

        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    public void Dispose()
    {
        key.Dispose();
        folder.Dispose();
    }

    private static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Flipped(byte[] whole, int at)
    {
        byte[] changed = [.. whole];
        changed[at] ^= 1;
        return changed;
    }

    private string Write(byte[] bytes, string name)
    {
        using var writer = new SealedWriter(folder[name], SealedKind.Data, key.PublicKey.Span);
        writer.Write(bytes);
        writer.Finish();
        return folder[name];
    }

    private BackupException RefusedWith(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        return Assert.Throws<BackupException>(() =>
        {
            using var reader = SealedReader.Open(path, SealedKind.Data, key);
            reader.ReadAll();
        });
    }
}

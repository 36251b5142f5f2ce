using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Slack;

/// <summary>
/// Brings the files of a channel to the server. A file's id is made of the archive's ids, so that chunks that were
/// stored before are recognised.
/// </summary>
internal sealed class FileCarrier(
    PatientTarget server, SlackArchive archive, SlackPhrases phrases, SlackChannel channel, ByteString conversation)
{
    private const int ChunkBytes = 256 * 1024;
    private const int MaxName = 160;
    private const int MaxMediaType = 100;
    private readonly Dictionary<string, CarriedFile> carried = new(StringComparer.Ordinal);

    public async ValueTask<Result<IReadOnlyList<CarriedFile>, CarryStopped>> CarryAsync(SlackRecord record, CancellationToken ct)
    {
        if (record.Files.Count == 0)
        {
            return Array.Empty<CarriedFile>();
        }

        var files = new List<CarriedFile>(record.Files.Count);
        foreach (var file in record.Files)
        {
            if (!carried.TryGetValue(file.Id, out var done))
            {
                if (!(await CarryAsync(file, ct)).TryGet(out done, out var stopped))
                {
                    return stopped;
                }

                carried.Add(file.Id, done);
            }

            files.Add(done);
        }

        return files;
    }

    private async ValueTask<Result<CarriedFile, CarryStopped>> CarryAsync(SlackFile file, CancellationToken ct)
    {
        if (file.State == SlackFileState.Deleted)
        {
            return Line(phrases.FileDeleted, file.Name, 0);
        }

        if (!archive.TryFind(file.Id, out var entry, out var size))
        {
            return Line(phrases.FileMissing, file.Name, file.Size);
        }

        if (size > archive.LargestFile)
        {
            return Line(phrases.FileTooLarge, file.Name, size);
        }

        if (!archive.ReadFile(entry).TryGet(out var bytes, out var damage))
        {
            return new CarryStopped(damage, null);
        }

        var id = ByteString.CopyFrom(IdOf(file));
        return await PutAsync(id, bytes, ct) is { } refusal
            ? new CarryStopped(null, refusal)
            : new CarriedFile(
                new Attachment { FileId = id, Name = Clip(file.Name), MediaType = file.MediaType.Length <= MaxMediaType && Ascii.IsValid(file.MediaType) ? file.MediaType : "", Size = (ulong)bytes.Length }, null);
    }

    private async ValueTask<Refusal?> PutAsync(ByteString id, byte[] bytes, CancellationToken ct)
    {
        var index = 0u;
        for (var at = 0; at < bytes.Length || at == 0; at += ChunkBytes, index++)
        {
            var length = Math.Min(ChunkBytes, bytes.Length - at);
            var chunk = new PutFileChunkRequest
            {
                ConversationId = conversation,
                FileId = id,
                Index = index,
                Last = at + length == bytes.Length,
                Data = UnsafeByteOperations.UnsafeWrap(bytes.AsMemory(at, length)),
            };
            var answer = await server.AskAsync(Method.PutFileChunk, chunk, PutFileChunkResponse.Parser, ct);
            if (!answer.TryGet(out _, out var refusal))
            {
                return refusal;
            }
        }

        return null;
    }

    private byte[] IdOf(SlackFile file)
        => SHA256.HashData(Encoding.UTF8.GetBytes($"rivet slack file v1\0{archive.Source}\0{channel.Id}\0{file.Id}"))[..EntityId.Size];

    private static CarriedFile Line(string phrase, string name, long size)
        => new(null, string.Format(CultureInfo.InvariantCulture, phrase, Clip(name), SlackPhrases.Size(size)));

    private static string Clip(string text)
        => text.Length <= MaxName ? text : text[..(MaxName - (char.IsHighSurrogate(text[MaxName - 1]) ? 1 : 0))];
}

/// <summary>Why a file did not travel: the archive is damaged there, or the server said no.</summary>
internal sealed record CarryStopped(SlackDamage? Damage, Refusal? Refusal);

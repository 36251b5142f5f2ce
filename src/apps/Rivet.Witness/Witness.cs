using System.Globalization;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Transparency;

namespace Rivet.Witness;

/// <summary>What a witness says: an HTTP status, and a body.</summary>
internal readonly record struct Answer(int Status, string Body = "", string ContentType = "text/plain; charset=utf-8");

/// <summary>
/// Cosigns a log's checkpoint if it extends the last one it cosigned, and never otherwise (C2SP tlog-witness). What it cosigned is kept before
/// it answers, so that neither a crash nor a second request at the same time makes it sign two histories.
/// </summary>
internal sealed class Witness(WitnessFolder folder, TimeProvider time)
{
    private static readonly Ed25519Verifier Verifier = new();

    public async ValueTask<Answer> AddAsync(ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        if (!AddCheckpoint.TryParse(body, out var request))
        {
            return new Answer(400);
        }

        var tree = request.Checkpoint;
        if (folder.Logs.Find(tree.Origin) is not var (key, seen))
        {
            return new Answer(404);
        }

        if (!await request.Note.IsSignedByAsync(key, Verifier, ct))
        {
            return new Answer(403);
        }

        if (request.OldSize > tree.Size)
        {
            return new Answer(400);
        }

        if (request.OldSize != seen.Size)
        {
            return Conflict(seen);
        }

        if (tree.Size == seen.Size && !tree.Root.Span.SequenceEqual(seen.Root))
        {
            return Conflict(seen);
        }

        return Extends(request, seen) ? await CosignAsync(request, seen, ct) : new Answer(422);
    }

    private static bool Extends(AddCheckpoint request, SeenTree seen)
        => request.OldSize == 0
            ? request.Proof.Count == 0 && (request.Checkpoint.Size > 0 || request.Checkpoint.Root.Span.SequenceEqual(TreeHash.Empty))
            : ConsistencyProof.Verify(seen.Size, request.Checkpoint.Size, seen.Root, request.Checkpoint.Root.Span, request.Proof);

    private async ValueTask<Answer> CosignAsync(AddCheckpoint request, SeenTree seen, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var line = await Cosignature.SignAsync(request.Note.Text, folder.PublicKey.Name, now, folder.Key, ct)
            ?? throw new InvalidOperationException("A key in this process always signs.");
        var cosigned = request.Note with { Signatures = [.. request.Note.Signatures.Take(MostKept), line] };
        var moved = new SeenTree(request.Checkpoint.Size, request.Checkpoint.Root.ToArray(), cosigned.ToString(), now);
        return folder.Logs.TryMove(request.Checkpoint.Origin, seen, moved)
            ? new Answer(200, line.ToString())
            : Conflict(folder.Logs.Find(request.Checkpoint.Origin)!.Value.Tree);
    }

    /// <summary>Lines of others that are kept beside one's own.</summary>
    private const int MostKept = 16;

    private static Answer Conflict(SeenTree seen)
        => new(409, seen.Size.ToString(CultureInfo.InvariantCulture) + "\n", "text/x.tlog.size");
}

using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Transparency;

namespace Rivet.Audit.Pages;

/// <summary>One event, what proves that it is in the log, and how somebody who trusts nobody checks it.</summary>
public sealed partial class EventPage
{
    private AuditProof? proof;
    private ProofSteps? steps;
    private EntryRow? row;
    private Named? concerned;
    private AuditRefusal? problem;
    private IReadOnlyList<(string Who, string What)> signatures = [];
    private string? receipt;
    private AuditRefusal? receiptProblem;
    private bool busy;

    /// <summary>Its index in the log.</summary>
    [Parameter]
    public long Index { get; set; }

    [Inject]
    private IServiceProvider Services { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private LogReader Reader => (LogReader)Services.GetService(typeof(LogReader))!;

    private ISignatureVerifier Verifier => (ISignatureVerifier)Services.GetService(typeof(ISignatureVerifier))!;

    private string ViaKind => row?.Event.Actor.Kind == SubjectKind.Device ? "device" : "page-session";

    /// <summary>The last part of the log's origin: its address, and a folder's name.</summary>
    private string Folder => NoteKey.TryParse(proof?.Head.Key, out var key) ? key.Name[(key.Name.LastIndexOf('/') + 1)..] : "log";

    private string Mirror => $"{Navigation.BaseUri}audit/{Folder}";

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            await LoadAsync();
        }
    }

    private async Task LoadAsync()
    {
        (proof, row, steps, problem, concerned) = (null, null, null, null, null);
        (receipt, receiptProblem) = (null, null);
        if (!(await Reader.ProveAsync(Index, Leaving)).TryGet(out var found, out var refusal))
        {
            problem = refusal;
            return;
        }

        var said = (await Words.SayAsync([found.Entry], Leaving))[0];
        if (found.Entry.Event.Concerned is { Value: var id } person && id != Guid.Empty && found.Entry.Event.Target.Id != id)
        {
            concerned = new Named((await Words.NamesAsync([person], Leaving))(person), LogAddress.Of("person", id));
        }

        signatures = await SignaturesAsync(found);
        (proof, row) = (found, said);
    }

    private async Task ReceiptAsync()
    {
        busy = true;
        var made = await Reader.ReceiptAsync(Index, Leaving);
        receipt = made.TryGet(out var text, out var why) ? text : null;
        receiptProblem = receipt is not null ? null : why is AuditRefusal.ReceiptNone or AuditRefusal.ReceiptGone ? why : AuditRefusal.Unavailable;
        busy = false;
    }

    /// <summary>Reads the log again and reckons: what is shown is of now, not of the time when the page was opened.</summary>
    private async Task ReckonAsync()
    {
        busy = true;
        if ((await Reader.ProveAsync(Index, Leaving)).TryGet(out var found, out var refusal))
        {
            (proof, signatures) = (found, await SignaturesAsync(found));
            steps = await ProofSteps.OfAsync(found, Verifier, Leaving);
        }
        else
        {
            problem = refusal;
        }

        busy = false;
    }

    private async Task<IReadOnlyList<(string Who, string What)>> SignaturesAsync(AuditProof found)
    {
        if (!SignedNote.TryParse(Encoding.UTF8.GetBytes(found.Head.Checkpoint), out var note) || !NoteKey.TryParse(found.Head.Key, out var key))
        {
            return [(Texts["Unknown"], Texts["SignatureUnreadable"])];
        }

        var lines = await CheckpointLines.OfAsync(note, key, await Reader.WitnessesAsync(Leaving), Verifier, Leaving);
        return [.. lines.Select(line => (line.Name, Say(line, isLogs: line.Name == key.Name)))];
    }

    private string Say(CheckpointLine line, bool isLogs) => line switch
    {
        { Kind: CheckpointLineKind.Log } => Texts["SignatureOfLog"],
        { Kind: CheckpointLineKind.Witness, At: { } at } => Texts["SignatureOfWitness", IdOf(line), Words.Moment(at)],
        { Kind: CheckpointLineKind.False } => isLogs ? Texts["SignatureFalse"] : Texts["SignatureOfWitnessFalse", IdOf(line)],
        { At: { } at } => Texts["SignatureUnknown", Words.Moment(at)],
        _ => Texts["SignatureOther"],
    };

    private static string IdOf(CheckpointLine line) => line.KeyId.ToString("x8", CultureInfo.InvariantCulture);
}

using Rivet.Audit.Pages;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Audit.Tests;

/// <summary>What the page of an event says of the lines below its checkpoint.</summary>
public sealed class CheckpointLinesTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private WitnessedHost log = null!;
    private TestWitness witness = null!;
    private SignedNote note = null!;

    public async ValueTask InitializeAsync()
    {
        log = await WitnessedHost.StartAsync(folder, new(Guid.CreateVersion7()));
        await log.GrowAsync(3);
        witness = await new TestWitness(folder, "one.example", log.Host.Time).StartAsync();
        await log.AddAsync(witness);
        await log.RoundAsync();
        note = (await log.NewestAsync()).Note;
    }

    public async ValueTask DisposeAsync()
    {
        await witness.DisposeAsync();
        await log.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Of_CosignedCheckpoint_VerifiesBothWithTheirKeys()
    {
        var lines = await JudgeAsync(note, witness.Key);
        Assert.Equal([CheckpointLineKind.Log, CheckpointLineKind.Witness], lines.Select(line => line.Kind));
        Assert.Equal((witness.Key.Name, witness.Key.Id), (lines[1].Name, lines[1].KeyId));
        Assert.Equal(log.Host.Time.GetUtcNow(), lines[1].At!.Value, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Of_CosignatureWithAChangedByte_DoesNotVerify(int changed)
    {
        var bytes = note.Signatures[1].Signature.ToArray();
        bytes[changed] ^= 1;
        var forged = note with { Signatures = [note.Signatures[0], note.Signatures[1] with { Signature = bytes }] };
        Assert.Equal([CheckpointLineKind.Log, CheckpointLineKind.False], (await JudgeAsync(forged, witness.Key)).Select(line => line.Kind));
    }

    [Fact]
    public async Task Of_LineOfAWitnessThatIsNotAsked_IsUnknown()
        => Assert.Equal([CheckpointLineKind.Log, CheckpointLineKind.Unknown], (await JudgeAsync(note)).Select(line => line.Kind));

    [Fact]
    public async Task Of_ForgedLineBesideAGenuineOne_IsJudgedByItself()
    {
        var bytes = note.Signatures[1].Signature.ToArray();
        bytes[20] ^= 1;
        var both = note with { Signatures = [.. note.Signatures, note.Signatures[1] with { Signature = bytes }] };
        Assert.Equal([CheckpointLineKind.Log, CheckpointLineKind.Witness, CheckpointLineKind.False], (await JudgeAsync(both, witness.Key)).Select(line => line.Kind));
    }

    private async Task<IReadOnlyList<CheckpointLine>> JudgeAsync(SignedNote judged, params NoteKey[] witnesses)
        => await CheckpointLines.OfAsync(judged, await log.LogKeyAsync(), witnesses, new Ed25519Verifier(), TestContext.Current.CancellationToken);
}

using Rivet.Audit.Pages;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Audit.Tests;

public sealed class ProofStepsTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private AuditHost host = null!;

    public async ValueTask InitializeAsync() => host = await AuditHost.StartAsync(folder);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_EachEventOfLogsOfManySizes_EndsInTheSignedRoot()
    {
        var permit = await host.PermitAsync(company);
        for (var size = 1; size <= 40; size++)
        {
            await host.RecordAsync(host.Event(company));
            for (var index = 0; index < size; index++)
            {
                var proof = (await host.Log.ProveAsync(permit, index, Ct)).Value;
                var steps = await ProofSteps.OfAsync(proof, new Ed25519Verifier(), Ct);
                Assert.True(steps.Holds, $"{index} of {size}");
                Assert.Equal(proof.Path.Count, steps.Steps.Count);
                Assert.Equal(proof.Entry.Hash, Convert.ToHexStringLower(steps.Leaf));
            }
        }
    }

    [Fact]
    public async Task Of_ChangedProof_DoesNotHold()
    {
        await host.RecordAsync([.. Enumerable.Range(0, 5).Select(_ => host.Event(company))]);
        var proof = (await host.Log.ProveAsync(await host.PermitAsync(company), 2, Ct)).Value;
        var otherBytes = proof.Bytes.ToArray();
        otherBytes[^1] ^= 1;
        Assert.False((await ProofSteps.OfAsync(proof with { Bytes = otherBytes }, new Ed25519Verifier(), Ct)).EndsInTheRoot);
        Assert.False((await ProofSteps.OfAsync(proof with { Path = [.. proof.Path.Reverse()] }, new Ed25519Verifier(), Ct)).EndsInTheRoot);
        var other = proof with { Head = proof.Head with { Checkpoint = proof.Head.Checkpoint.Replace("\n5\n", "\n6\n", StringComparison.Ordinal) } };
        Assert.False((await ProofSteps.OfAsync(other, new Ed25519Verifier(), Ct)).Holds);
        Assert.False((await ProofSteps.OfAsync(proof with { Head = proof.Head with { Checkpoint = "" } }, new Ed25519Verifier(), Ct)).Holds);
    }
}

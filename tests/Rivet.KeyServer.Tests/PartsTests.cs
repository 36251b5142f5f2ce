using Microsoft.Extensions.Time.Testing;
using Rivet.Cryptography.Pkcs11;
using Rivet.Kernel;

namespace Rivet.KeyServer.Tests;

/// <summary>Single parts: the published example, and a module that hangs.</summary>
public sealed class PartsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>XKS Proxy API specification, Encrypt and Appendix C.</summary>
    [Fact]
    public void Integrity_OfThePublishedExample_IsAsPublished()
    {
        var asked = """
            {"requestMetadata":{"awsPrincipalArn":"a","kmsKeyArn":"k","kmsOperation":"Encrypt","kmsRequestId":"r"},
             "additionalAuthenticatedData":"cHJvamVjdD1uaWxlLGRlcGFydG1lbnQ9bWFya2V0aW5n","plaintext":"SGVsbG8gV29ybGQh",
             "encryptionAlgorithm":"AES_GCM","ciphertextDataIntegrityValueAlgorithm":"SHA_256"}
            """;
        var request = XksRequest.Parse(XksOperation.Encrypt, System.Text.Encoding.UTF8.GetBytes(asked)).Value;
        var wrapping = new Wrapping(
            Convert.FromBase64String("ghxkK1txeDNn3q8Y"), Convert.FromBase64String("a2V5X3ZlcnNpb249MQ=="), Convert.FromBase64String("HMrlRw85cAJUd5Ax"),
            Convert.FromBase64String("vBxN2ncH1oEkR8WVXpmyYQ=="), request);

        Assert.Equal("qHA/ImC9h5HsLRXqCyPmWgYx7tzyoTplzILbP0fPXsc=", Convert.ToBase64String(wrapping.Integrity!));
        Assert.Equal("Hello World!"u8.ToArray(), request.Text);
    }

    [Fact]
    public async Task Module_ThatHangs_IsTimedOutAndLeftToItself()
    {
        var time = new FakeTimeProvider();
        using var turns = new ModuleTurns(time);
        using var letGo = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var hanging = turns.CallAsync<Done>(
            () =>
            {
                begun.SetResult();
                letGo.Wait(Ct);
                return Done.Value;
            },
            Ct).AsTask();
        await begun.Task;
        while (!hanging.IsCompleted)
        {
            // Until the waiting has begun.
            time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Yield();
        }

        Assert.Equal("DependencyTimeoutException", (await hanging).Refusal.Name);
        Assert.True((await turns.CallAsync<Done>(() => Done.Value, Ct)).IsOk);
        letGo.Set();
    }

    [Theory]
    [InlineData(ModuleRefusal.Forged, "InvalidCiphertextException")]
    [InlineData(ModuleRefusal.NotFound, "KeyNotFoundException")]
    [InlineData(ModuleRefusal.Unfit, "InvalidKeyUsageException")]
    [InlineData(ModuleRefusal.Unavailable, "InternalException")]
    public async Task Module_ThatRefuses_IsSaidAsSpecified(ModuleRefusal refusal, string name)
    {
        using var turns = new ModuleTurns(TimeProvider.System);
        Assert.Equal(name, (await turns.CallAsync<Done>(() => refusal, Ct)).Refusal.Name);
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Rivet.Certificates;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Certificates;

/// <summary>The local authority's and the operator's own certificates on the real server; what happens when one has ended.</summary>
public sealed class OwnCertificateTests
{
    /// <summary>The documented recovery: it starts, it says so, devices go on, and one command mends it while it runs.</summary>
    [Fact]
    public async Task EndedCertificate_IsSaidAndMendedWhileRunning()
    {
        using var folder = new TempFolder();
        var lastYear = new FakeTimeProvider(DateTimeOffset.UtcNow.AddYears(-1));
        var old = new CertificateDesk(Path.Combine(folder["keys"], "certificates"), lastYear).Import(Make(lastYear.GetUtcNow(), out _), default, null, "localhost");
        Assert.True(old.IsOk);

        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server); // devices do not mind
        Assert.Equal(old.Value.Facts.Fingerprint, await FingerprintAsync(server));
        var said = await AcmeTown.CertificateAsync(server, "show");
        Assert.Contains("ENDED", said.Output, StringComparison.Ordinal);
        Assert.Contains("rivet certificate import FILE", said.Output, StringComparison.Ordinal);
        Assert.Contains("has ended", server.Log, StringComparison.Ordinal);
        Assert.Equal(1, (await AcmeTown.CertificateAsync(server, "renew")).ExitCode); // nobody but its issuer can

        Assert.Equal(0, (await AcmeTown.CertificateAsync(server, "use", "own")).ExitCode);
        await AcmeTown.BrowseAsync(server, Trusting(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder["data"], "ca.pem"))));

        Assert.Equal(0, (await AcmeTown.CertificateAsync(server, "use", "imported")).ExitCode);
        Assert.Equal(old.Value.Facts.Fingerprint, await FingerprintAsync(server));
        await File.WriteAllBytesAsync(folder["new.pem"], Make(DateTimeOffset.UtcNow, out var trusted), Company.Ct);
        var imported = await AcmeTown.CertificateAsync(server, "import", folder["new.pem"]);
        Assert.True(imported.ExitCode == 0, imported.Output + imported.Error);
        await AcmeTown.BrowseAsync(server, Trusting(trusted));

        await File.WriteAllBytesAsync(folder["other.pem"], Make(DateTimeOffset.UtcNow, out _, "other.example.org"), Company.Ct);
        var refused = await AcmeTown.CertificateAsync(server, "import", folder["other.pem"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("localhost ≠ other.example.org", refused.Error, StringComparison.Ordinal);
        await AcmeTown.BrowseAsync(server, Trusting(trusted));
        Assert.False(company.Founder.Link.Closed.IsCompleted);
    }

    /// <summary>Both languages, and every refusal has a sentence in each.</summary>
    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public void Refusals_HaveASentenceInEveryLanguage(string language)
    {
        var texts = new System.Resources.ResourceManager("Rivet.Server.Certificates.CertificateTexts", typeof(Rivet.Server.Startup.ServerOptions).Assembly);
        var culture = System.Globalization.CultureInfo.GetCultureInfo(language);

        Assert.All(CertificateRefusal.Reasons, reason => Assert.NotEmpty(texts.GetString(reason, culture) ?? ""));
    }

    private static async Task<string> FingerprintAsync(ServerProcess server)
        => (await AcmeTown.LookAsync(server)).GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

    private static X509ChainPolicy Trusting(X509Certificate2 root) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck,
    };

    private static byte[] Make(DateTimeOffset now, out X509Certificate2 certificate, string name = "localhost")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(90));
        return Encoding.ASCII.GetBytes($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }
}

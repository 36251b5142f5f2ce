using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Rivet.Certificates.Own;
using Rivet.Testing;

namespace Rivet.Certificates.Tests.Own;

public sealed class LocalCertificateAuthorityTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("chat.example.org", true)]
    [InlineData("bank.example.com", false)]
    [InlineData("example.org", false)]
    public void AuthorityKey_InAThiefsHands_CertifiesNoOtherName(string name, bool accepted)
    {
        using var folder = new TempFolder();
        using (Open(folder, new FakeTimeProvider(DateTimeOffset.UtcNow), "chat.example.org"))
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(Path.Combine(folder["keys"], "authority.key")));
            using var issuer = Authority(folder).CopyWithPrivateKey(key);
            using var forged = Forge(issuer, name);
            using var chain = new X509Chain { ChainPolicy = Trusting(Authority(folder)) };

            Assert.Equal(accepted, chain.Build(forged));
        }
    }

    [Fact]
    public void ServerCertificate_AMonthBeforeItsEnd_IsRenewedWhileRunning()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var authority = Open(folder, time, "localhost");
        var first = authority.Current();

        time.Advance(TimeSpan.FromDays(59));
        var kept = authority.Current();
        time.Advance(TimeSpan.FromDays(2));
        var renewed = authority.Current();

        Assert.Same(first, kept);
        Assert.NotEqual(first.Thumbprint, renewed.Thumbprint);
        Assert.True(renewed.NotAfter.ToUniversalTime() > time.GetUtcNow().AddDays(89));
        Assert.True(renewed.NotAfter - renewed.NotBefore < TimeSpan.FromDays(91));
    }

    [Fact]
    public void Authority_OpenedAgain_IsTheSameUntilANameIsAdded()
    {
        using var folder = new TempFolder();
        using (Open(folder, TimeProvider.System, "localhost"))
        {
        }

        var first = Authority(folder).Thumbprint;
        using (Open(folder, TimeProvider.System, "localhost"))
        {
            Assert.Equal(first, Authority(folder).Thumbprint);
        }

        using (Open(folder, TimeProvider.System, "localhost", "10.1.2.3"))
        {
            Assert.NotEqual(first, Authority(folder).Thumbprint);
        }
    }

    [Fact]
    public void AuthorityKey_ThatOthersCanRead_IsRefused()
    {
        using var folder = new TempFolder();
        using (Open(folder, TimeProvider.System, "localhost"))
        {
        }

        File.SetUnixFileMode(Path.Combine(folder["keys"], "authority.key"), UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Throws<CertificateFolderException>(() => Open(folder, TimeProvider.System, "localhost"));
    }

    private static LocalCertificateAuthority Open(TempFolder folder, TimeProvider time, params string[] hosts)
    {
        Directory.CreateDirectory(folder["data"]);
        Directory.CreateDirectory(folder["keys"]);
        return LocalCertificateAuthority.Open(folder["keys/authority.key"], folder["data/ca.pem"], hosts, time);
    }

    private static X509Certificate2 Authority(TempFolder folder)
        => X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder["data"], "ca.pem"));

    private static X509ChainPolicy Trusting(X509Certificate2 authority) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { authority },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    private static X509Certificate2 Forge(X509Certificate2 issuer, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=forged", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.Create(issuer, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3, 4]);
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Rivet.Certificates.Folder;
using Rivet.Certificates.Serving;
using Rivet.Certificates.Tests.Fakes;
using Rivet.Testing;

namespace Rivet.Certificates.Tests.Serving;

public sealed class ServedCertificatesTests : IDisposable
{
    private const string Host = "chat.example.org";
    private readonly TempFolder folder = new();
    private readonly TestAuthority authority = new(DateTimeOffset.UtcNow);

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData(Host, true)]
    [InlineData("CHAT.example.org", true)]
    [InlineData("somebody.else", true)]
    [InlineData("localhost", false)]
    [InlineData("inner.example.org", false)]
    public async Task For_AName_GivesTheCertificateThatIsForIt(string? name, bool imported)
    {
        await using var house = new TestHouse(folder, TimeProvider.System, Host, "inner.example.org");
        Import(house);
        await house.BeatAsync();

        using var own = X509CertificateLoader.LoadCertificateFromFile(folder["ca.pem"]);
        Assert.Equal(imported ? authority.Middle.Subject : own.Subject, house.Served.For(name).TargetCertificate.Issuer);
    }

    /// <summary>The chain goes with it, for clients that know the root only.</summary>
    [Fact]
    public async Task For_AnImported_SendsItsChain()
    {
        await using var house = new TestHouse(folder, TimeProvider.System);
        Import(house);
        await house.BeatAsync();

        Assert.Equal([authority.Middle.Thumbprint], house.Served.For(Host).IntermediateCertificates.Select(one => one.Thumbprint));
    }

    [Fact]
    public async Task Own_AfterImported_ServesTheOwn()
    {
        await using var house = new TestHouse(folder, TimeProvider.System);
        Import(house);
        await house.BeatAsync();
        Assert.Equal(CertificateSourceKind.Imported, house.Served.Now.Source);

        Assert.Null(await house.FulfilAsync(house.Desk.Use(CertificateSourceKind.Own)));
        Assert.Equal(CertificateSourceKind.Own, house.Served.Now.Source);

        Assert.Null(await house.FulfilAsync(house.Desk.Use(CertificateSourceKind.Imported)));
        Assert.Equal(CertificateSourceKind.Imported, house.Served.Now.Source);
    }

    [Fact]
    public async Task Open_KeyThatOthersCanRead_IsRefused()
    {
        await using (var house = new TestHouse(folder, TimeProvider.System))
        {
            Import(house);
        }

        File.SetUnixFileMode(folder["certificates/imported.pem"], UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Contains("chmod 600", Assert.Throws<CertificateFolderException>(() => new TestHouse(folder, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WhatAKilledProcessLeft_IsSwept()
    {
        await using (new TestHouse(folder, TimeProvider.System))
        {
        }

        var left = folder["certificates/issued.pem.0123.unfinished"];
        await File.WriteAllTextAsync(left, "half a key", TestContext.Current.CancellationToken);

        await using var again = new TestHouse(folder, TimeProvider.System);

        Assert.False(File.Exists(left));
    }

    [Theory]
    [InlineData("http://acme.example.org/directory", Host, null, "acme.address")]
    [InlineData("https://me:secret@acme.example.org/directory", Host, null, "acme.address")]
    [InlineData("https://acme.example.org/directory", "*.example.org", null, "name.invalid")]
    [InlineData("https://acme.example.org/directory", "192.0.2.1", null, "name.invalid")]
    [InlineData("https://acme.example.org/directory", "héte.example.org", null, "name.invalid")]
    [InlineData("https://acme.example.org/directory", "-a.example.org", null, "name.invalid")]
    [InlineData("https://acme.example.org/directory", "", null, "name.invalid")]
    [InlineData("https://acme.example.org/directory", Host, "nobody", "acme.contact")]
    [InlineData("https://acme.example.org/directory", Host, "a@example.org?subject=x", "acme.contact")]
    [InlineData("https://acme.example.org/directory", Host, "a@example.org,b@example.org", "acme.contact")]
    public async Task Use_OfWhatCannotBe_IsRefusedAndChangesNothing(string directory, string name, string? contact, string reason)
    {
        await using var house = new TestHouse(folder, TimeProvider.System);
        var refused = house.Desk.Use(new AcmeSettings { Directory = new Uri(directory), Names = [name], Contact = contact });

        Assert.Equal(reason, refused.Refusal.Reason);
        Assert.Equal(CertificateSourceKind.Own, house.Desk.Show().Wanted);
        Assert.False(File.Exists(folder["certificates/wish.json"]));
    }

    [Fact]
    public void Due_OfManyCertificates_IsSpreadAroundTwoThirds()
    {
        var now = DateTimeOffset.UtcNow;
        var due = Enumerable.Range(0, 60).Select(_ =>
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var bundle = new Rivet.Certificates.Checking.CertificateBundle { Leaf = authority.Issue(key, [Host], now, now.AddDays(90)), Chain = [] };
            Assert.Equal(RenewalClock.Due(bundle), RenewalClock.Due(bundle));
            return (RenewalClock.Due(bundle) - bundle.NotBefore) / (bundle.NotAfter - bundle.NotBefore);
        }).ToList();

        Assert.All(due, share => Assert.InRange(share, 0.6416, 0.6917));
        Assert.True(due.Max() - due.Min() > 0.02);
    }

    public void Dispose()
    {
        authority.Dispose();
        folder.Dispose();
    }

    private void Import(TestHouse house)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var text = authority.Issue(key, [Host]).ExportCertificatePem() + "\n" + authority.MiddlePem + key.ExportPkcs8PrivateKeyPem();
        Assert.True(house.Desk.Import(Encoding.UTF8.GetBytes(text), default, null, Host).IsOk);
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Rivet.Certificates.Folder;
using Rivet.Certificates.Tests.Fakes;
using Rivet.Testing;

namespace Rivet.Certificates.Tests.Checking;

/// <summary>Import, through the desk that the command uses: what is taken over, and that a refusal changes nothing.</summary>
public sealed class ImportTests : IDisposable
{
    private const string Host = "chat.example.org";
    private const string Password = "correct horse";
    private static readonly DateTimeOffset Now = new(2030, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TempFolder folder = new();
    private readonly TestAuthority authority = new(Now);
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly CertificateDesk desk;

    public ImportTests() => desk = new CertificateDesk(folder["certificates"], new FakeTimeProvider(Now));

    private string ImportedFile => folder["certificates/imported.pem"];

    [Fact]
    public void Import_OneFile_IsTakenOver() => AssertTaken(Import(Pem(Leaf()) + authority.MiddlePem + KeyPem(key)), expectedChain: 2);

    [Fact]
    public void Import_KeyInItsOwnFile_IsTakenOver() => AssertTaken(Import(Pem(Leaf()) + authority.MiddlePem, KeyPem(key)), expectedChain: 2);

    [Fact]
    public void Import_AnyOrderWithRoot_IsArrangedWithoutRoot()
    {
        using var leaf = Leaf();
        AssertTaken(Import(Pem(authority.Root) + KeyPem(key) + authority.MiddlePem + Pem(leaf)), expectedChain: 2);

        var kept = new X509Certificate2Collection();
        kept.ImportFromPem(File.ReadAllText(ImportedFile));
        Assert.Equal([leaf.Thumbprint, authority.Middle.Thumbprint], kept.Select(one => one.Thumbprint));
    }

    [Fact]
    public void Import_SealedKey_OpensWithItsPasswordOnly()
    {
        var text = Pem(Leaf()) + authority.MiddlePem
            + key.ExportEncryptedPkcs8PrivateKeyPem(Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));

        AssertRefused("file.password", Import(text));
        AssertRefused("file.password", Import(text, password: "wrong"));
        AssertTaken(Import(text, password: Password), expectedChain: 2);
    }

    [Fact]
    public void Import_Pkcs12_OpensWithItsPasswordOnly()
    {
        using var withKey = Leaf().CopyWithPrivateKey(key);
        var container = new X509Certificate2Collection { X509CertificateLoader.LoadCertificate(authority.Root.RawData), withKey, X509CertificateLoader.LoadCertificate(authority.Middle.RawData) }.Export(X509ContentType.Pkcs12, Password)!;

        AssertRefused("file.password", desk.Import(container, default, "wrong", Host));
        AssertRefused("file.password", desk.Import(container, default, null, Host));
        AssertTaken(desk.Import(container, default, Password, Host), expectedChain: 2);
    }

    [Fact]
    public void Import_RsaOf2048Bits_IsTakenOver()
    {
        using var rsa = RSA.Create(2048);
        AssertTaken(Import(Pem(authority.Issue(rsa, [Host])) + authority.MiddlePem + rsa.ExportPkcs8PrivateKeyPem()), expectedChain: 2);
    }

    [Fact]
    public void Import_Wildcard_CoversOneLabel()
    {
        var text = Pem(authority.Issue(key, ["*.example.org"])) + authority.MiddlePem + KeyPem(key);

        AssertRefused("chain.names", Import(text, name: "deep.chat.example.org"));
        AssertRefused("chain.names", Import(text, name: "example.org"));
        AssertTaken(Import(text), expectedChain: 2);
    }

    [Fact]
    public void Import_WithoutName_MustBeForTheServersPublicName()
    {
        new CertificateFolder(folder["certificates"]).Hosts = ["other.example.org", Host];
        var text = Pem(Leaf()) + authority.MiddlePem + KeyPem(key);

        AssertRefused("chain.names", desk.Import(Encoding.UTF8.GetBytes(text), default, null, null));
        AssertTaken(desk.Import(Encoding.UTF8.GetBytes(text), default, null, Host), expectedChain: 2);
    }

    [Fact]
    public void Import_KeyOfAnother_IsRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AssertRefused("chain.key", Import(Pem(Leaf()) + authority.MiddlePem + KeyPem(other)));
    }

    [Fact]
    public void Import_Ended_IsRefused() => AssertRefused("chain.expired", Import(Pem(authority.Issue(key, [Host], Now.AddDays(-9), Now.AddSeconds(-1))) + authority.MiddlePem + KeyPem(key)));

    [Fact]
    public void Import_NotYetValid_IsRefused() => AssertRefused("chain.not-yet-valid", Import(Pem(authority.Issue(key, [Host], Now.AddHours(1), Now.AddDays(9))) + authority.MiddlePem + KeyPem(key)));

    [Fact]
    public void Import_ForClientsOnly_IsRefused() => AssertRefused("chain.purpose", Import(Pem(authority.Issue(key, [Host], purpose: "1.3.6.1.5.5.7.3.2")) + authority.MiddlePem + KeyPem(key)));

    [Fact]
    public void Import_OfAnotherName_IsRefused() => AssertRefused("chain.names", Import(Pem(authority.Issue(key, ["bank.example.org"])) + authority.MiddlePem + KeyPem(key)));

    /// <summary>The subject is not a name (RFC 9525).</summary>
    [Fact]
    public void Import_NameInTheSubjectOnly_IsRefused()
    {
        var request = new CertificateRequest($"CN={Host}", key, HashAlgorithmName.SHA256);
        AssertRefused("chain.names", Import(Pem(request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1))) + KeyPem(key)));
    }

    [Fact]
    public void Import_RsaOf1024Bits_IsRefused()
    {
        using var rsa = RSA.Create(1024);
        AssertRefused("chain.weak-key", Import(Pem(authority.Issue(rsa, [Host])) + authority.MiddlePem + rsa.ExportPkcs8PrivateKeyPem()));
    }

    [Fact]
    public void Import_CurveNoClientKnows_IsRefused()
    {
        using var odd = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        AssertRefused("chain.weak-key", Import(Pem(authority.Issue(odd, [Host])) + authority.MiddlePem + KeyPem(odd)));
    }

    [Fact]
    public async Task Import_SignedWithSha1_IsRefused()
    {
        var made = await Programs.RunAsync(
            Programs.Require("openssl"),
            ["req", "-x509", "-sha1", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=old", "-addext", $"subjectAltName=DNS:{Host}", "-days", "3650", "-keyout", folder["old.key"], "-out", folder["old.pem"]],
            null,
            TestContext.Current.CancellationToken);
        Assert.True(made.ExitCode == 0, made.Error);

        AssertRefused("chain.weak-signature", Import(File.ReadAllText(folder["old.pem"]), File.ReadAllText(folder["old.key"])));
    }

    /// <summary>An intermediate of the right name that did not sign.</summary>
    [Fact]
    public void Import_IntermediateOfAnotherKey_IsRefused()
    {
        using var impostor = new TestAuthority(Now);
        AssertRefused("chain.broken", Import(Pem(Leaf()) + impostor.MiddlePem + KeyPem(key)));
    }

    [Fact]
    public void Import_CertificateOfAStranger_IsRefused()
    {
        using var stranger = new TestAuthority(Now, "stranger");
        AssertRefused("chain.broken", Import(Pem(Leaf()) + authority.MiddlePem + stranger.MiddlePem + KeyPem(key)));
    }

    [Fact]
    public void Import_TwoKeys_IsRefused() => AssertRefused("file.keys", Import(Pem(Leaf()) + KeyPem(key), KeyPem(key)));

    [Fact]
    public void Import_NoKey_IsRefused() => AssertRefused("file.no-key", Import(Pem(Leaf()) + authority.MiddlePem));

    [Fact]
    public void Import_CurveThatNobodyKnows_IsRefused()
    {
        // The identifier of P-256 with one arc changed, as the platform meets it in a key and in a certificate.
        byte[] p256 = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
        var pkcs8 = key.ExportPkcs8PrivateKey();
        pkcs8[pkcs8.AsSpan().IndexOf(p256) + 5] ^= 0x10;
        AssertRefused("chain.weak-key", Import(Pem(Leaf()) + PemEncoding.WriteString("PRIVATE KEY", pkcs8)));
        var leaf = Leaf().RawData;
        leaf[leaf.AsSpan().IndexOf(p256) + 5] ^= 0x10;
        Assert.False(Import(PemEncoding.WriteString("CERTIFICATE", leaf) + KeyPem(key)).IsOk);
    }

    [Fact]
    public void Import_KeyOnly_IsRefused() => AssertRefused("file.no-certificate", Import(KeyPem(key)));

    [Fact]
    public void Import_TooLarge_IsRefused() => AssertRefused("file.too-large", Import(Pem(Leaf()) + KeyPem(key) + new string('#', 256 * 1024)));

    [Fact]
    public void Import_TooManyCertificates_IsRefused()
        => AssertRefused("chain.too-long", Import(string.Concat(Enumerable.Repeat(authority.MiddlePem, 21)) + Pem(Leaf()) + KeyPem(key)));

    [Fact]
    public void Import_Garbage_IsRefusedWithoutAnException()
        => Gen.Byte.Array[0, 400].Sample(bytes => !desk.Import(bytes, bytes, "x", Host).IsOk, iter: 300);

    /// <summary>Every single changed byte of a good file either leaves it good or is refused.</summary>
    [Fact]
    public void Import_ADamagedFile_IsRefusedWithoutAnException()
    {
        using var withKey = Leaf().CopyWithPrivateKey(key);
        byte[][] files = [Encoding.UTF8.GetBytes(Pem(Leaf()) + authority.MiddlePem + KeyPem(key)), withKey.ExportPkcs12(Pkcs12ExportPbeParameters.Pkcs12TripleDesSha1, Password)];
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 100_000], Gen.Byte).Sample(
            (which, at, value) =>
            {
                var bytes = (byte[])files[which].Clone();
                bytes[at % bytes.Length] = value;
                _ = desk.Import(bytes, default, Password, Host);
            },
            iter: 200);
    }

    public void Dispose()
    {
        authority.Dispose();
        key.Dispose();
        folder.Dispose();
    }

    private X509Certificate2 Leaf() => authority.Issue(key, [Host]);

    private Rivet.Kernel.Result<(Guid Wish, CertificateFacts Facts), CertificateRefusal> Import(string file, string keyFile = "", string? password = null, string name = Host)
        => desk.Import(Encoding.UTF8.GetBytes(file), Encoding.UTF8.GetBytes(keyFile), password, name);

    private void AssertTaken(Rivet.Kernel.Result<(Guid Wish, CertificateFacts Facts), CertificateRefusal> result, int expectedChain)
    {
        Assert.True(result.IsOk, result.IsOk ? "" : result.Refusal.ToString());
        Assert.Equal(CertificateSourceKind.Imported, desk.Show().Wanted);
        Assert.Equal(result.Value.Facts.Fingerprint, desk.Show().Kept?.Fingerprint);
        Assert.Equal(expectedChain, File.ReadAllText(ImportedFile).Split("BEGIN CERTIFICATE").Length - 1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ImportedFile));
    }

    /// <summary>Refused, and whatever was there before is there still, byte for byte.</summary>
    private void AssertRefused(string reason, Rivet.Kernel.Result<(Guid Wish, CertificateFacts Facts), CertificateRefusal> result)
    {
        Assert.False(result.IsOk);
        Assert.Equal(reason, result.Refusal.Reason);
        Assert.Contains(result.Refusal.Reason, CertificateRefusal.Reasons);
        Assert.False(File.Exists(ImportedFile));
        Assert.False(File.Exists(folder["certificates/settings.json"]));
        Assert.False(File.Exists(folder["certificates/wish.json"]));
    }

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static string KeyPem(ECDsa key) => key.ExportPkcs8PrivateKeyPem() + "\n";
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.Audit.Witnessing;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Audit.Tests;

public sealed class WitnessBookTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private WitnessedHost log = null!;

    public async ValueTask InitializeAsync() => log = await WitnessedHost.StartAsync(folder, company);

    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_Witness_IsListedAndRecordedWithNameAndKeyOnly()
    {
        var key = NewKey();
        var added = (await log.AddAsync($" {key}\n", "https://witness.example/log ")).Value;
        Assert.Equal(("one.example", key.ToString(), "https://witness.example/log", false, 0L), (added.Name, added.Key, added.Url, added.HasCertificate, added.Size));
        Assert.Equal(added, await log.StandingAsync());
        var fact = Assert.Single(await log.EventsAsync("audit.witness.added")).Event;
        Assert.Equal(new Dictionary<string, string> { ["name"] = "one.example", ["key"] = $"{key.Id:x8}" }, fact.Details);
        Assert.Equal(SubjectKind.Page, fact.Actor.Kind);
    }

    [Fact]
    public async Task Any_PermitForSomethingElse_IsRefused()
    {
        foreach (var permission in new[] { "audit.read", "status.read" })
        {
            var permit = await log.Host.PermitAsync(company, permission);
            Assert.Equal(AuditRefusal.WrongPermit, (await log.Host.Witnesses.AddAsync(permit, NewKey().ToString(), "https://witness.example", null, Ct)).Refusal);
            Assert.Equal(AuditRefusal.WrongPermit, (await log.Host.Witnesses.RemoveAsync(permit, "one.example", Ct)).Refusal);
            Assert.Equal(AuditRefusal.WrongPermit, (await log.Host.Witnesses.ListAsync(permit, Ct)).Refusal);
        }
    }

    [Fact]
    public async Task Remove_WitnessOfAnotherCompany_IsUnknown()
    {
        await log.AddAsync(NewKey().ToString(), "https://witness.example");
        var other = await log.Host.PermitAsync(new(Guid.CreateVersion7()), "audit.share");
        Assert.Equal(AuditRefusal.Unknown, (await log.Host.Witnesses.RemoveAsync(other, "one.example", Ct)).Refusal);
        Assert.Empty((await log.Host.Witnesses.ListAsync(other, Ct)).Value);
    }

    [Fact]
    public async Task Add_KeyThatDoesNotCosign_IsRefused()
    {
        using var signer = Ed25519Key.Create();
        foreach (var key in new[]
        {
            "", "one.example", NoteKey.Of("one.example", NoteKeyKind.Ed25519, signer.PublicKey).ToString(), NewKey() + "A",
            NoteKey.Of("ev\u202Eil", NoteKeyKind.Cosignature, signer.PublicKey).ToString(),
            NoteKey.Of(new string('a', 200), NoteKeyKind.Cosignature, signer.PublicKey).ToString(),
        })
        {
            Assert.Equal(AuditRefusal.WitnessKeyInvalid, (await log.AddAsync(key, "https://witness.example")).Refusal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("witness.example")]
    [InlineData("/add-checkpoint")]
    [InlineData("http://witness.example")]
    [InlineData("http://10.0.0.1")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:password@witness.example")]
    [InlineData("https://witness.example/?a=b")]
    [InlineData("https://witness.example/#a")]
    public async Task Add_AddressThatIsNone_IsRefused(string url)
        => Assert.Equal(AuditRefusal.WitnessUrlInvalid, (await log.AddAsync(NewKey().ToString(), url)).Refusal);

    [Fact]
    public async Task Add_CertificateThatIsNoneOrServesNothing_IsRefused()
    {
        using var certificate = NewCertificate();
        Assert.Equal(AuditRefusal.WitnessCertificateInvalid, (await log.AddAsync(NewKey().ToString(), "https://witness.example", "-----BEGIN")).Refusal);
        Assert.Equal(AuditRefusal.WitnessCertificateInvalid, (await log.AddAsync(NewKey().ToString(), "http://127.0.0.1", certificate.ExportCertificatePem())).Refusal);
        Assert.Equal(AuditRefusal.WitnessCertificateInvalid, (await log.AddAsync(NewKey().ToString(), "https://witness.example", new string('a', 20_000))).Refusal);
    }

    [Fact]
    public async Task Add_SameNameOrKeyOrANinth_IsRefused()
    {
        var key = NewKey();
        await log.AddAsync(key.ToString(), "https://witness.example");
        Assert.Equal(AuditRefusal.WitnessKnown, (await log.AddAsync(NewKey().ToString(), "https://other.example")).Refusal);
        Assert.Equal(
            AuditRefusal.WitnessKnown,
            (await log.AddAsync(NoteKey.Of("two.example", NoteKeyKind.Cosignature, key.PublicKey).ToString(), "https://other.example")).Refusal);
        for (var number = 2; number <= 8; number++)
        {
            Assert.True((await log.AddAsync(NewKey($"{number}.example").ToString(), "https://witness.example")).IsOk);
        }

        Assert.Equal(AuditRefusal.TooMany, (await log.AddAsync(NewKey("9.example").ToString(), "https://witness.example")).Refusal);
    }

    [Fact]
    public async Task Any_StoreClosed_IsUnavailable()
    {
        var permit = await log.Host.PermitAsync(company, "audit.share");
        ((IDisposable)log.Host.Store).Dispose();
        Assert.Equal(AuditRefusal.Unavailable, (await log.Host.Witnesses.ListAsync(permit, Ct)).Refusal);
        Assert.Equal(AuditRefusal.Unavailable, (await log.Host.Witnesses.AddAsync(permit, NewKey().ToString(), "https://witness.example", null, Ct)).Refusal);
        Assert.Equal(AuditRefusal.Unavailable, (await log.Host.Witnesses.RemoveAsync(permit, "one.example", Ct)).Refusal);
    }

    [Fact]
    public async Task Round_CertificateGiven_OnlyThatOneIsTrusted()
    {
        using var right = NewCertificate();
        using var wrong = NewCertificate();
        await using var one = await new TestWitness(folder, "one.example", log.Host.Time, right).StartAsync();
        await using var two = await new TestWitness(folder, "two.example", log.Host.Time, right).StartAsync();
        await using var three = await new TestWitness(folder, "three.example", log.Host.Time, right).StartAsync();
        await log.AddAsync(one, right.ExportCertificatePem());
        await log.AddAsync(two, wrong.ExportCertificatePem());
        await log.AddAsync(three);
        await log.RoundAsync();
        Assert.Null((await log.StandingAsync()).Failure);
        Assert.Equal(AuditWitnessFailure.Untrusted, (await log.StandingAsync("two.example")).Failure);
        Assert.Equal(AuditWitnessFailure.Untrusted, (await log.StandingAsync("three.example")).Failure);
        Assert.True(await one.HasSignedAsync((await log.NewestAsync()).Note));
    }

    [Theory]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("::ffff:169.254.169.254", false, false)]
    [InlineData("64:ff9b::a9fe:a9fe", false, false)]
    [InlineData("100.100.100.200", false, false)]
    [InlineData("fd00:ec2::254", false, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("224.0.0.1", false, false)]
    [InlineData("10.0.0.1", false, true)]
    [InlineData("192.0.2.1", false, true)]
    [InlineData("10.0.0.1", true, false)]
    [InlineData("127.0.0.1", true, true)]
    [InlineData("::1", true, true)]
    public void Address_OfAMachineAboutItself_IsNoWitness(string address, bool isClear, bool possible)
        => Assert.Equal(possible, WitnessHttp.MayConnect(IPAddress.Parse(address), isClear));

    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public async Task Status_FromNoneToAlone_SaysHowItStandsAndWhatToDo(string culture)
    {
        Assert.Equal(StatusLevel.NotProven, (await log.StatusAsync(culture)).Level);
        await using var one = await new TestWitness(folder, "one.example", log.Host.Time).StartAsync();
        await log.AddAsync(one);
        await log.RoundAsync();
        var cosigned = await log.StatusAsync(culture);
        Assert.Equal(StatusLevel.Passing, cosigned.Level);
        Assert.Contains((await log.StandingAsync()).Size.ToString(), cosigned.Value, StringComparison.Ordinal);
        await one.StopAsync();
        await log.GrowAsync();
        await log.RoundAsync();
        var failing = await log.StatusAsync(culture);
        Assert.Equal(StatusLevel.Attention, failing.Level);
        Assert.Contains("one.example", failing.Value, StringComparison.Ordinal);
        Assert.NotNull(failing.Advice);
        await log.RoundAsync(3601);
        var alone = await log.StatusAsync(culture);
        Assert.Equal(StatusLevel.Failing, alone.Level);
        Assert.Contains(company.ToString(), alone.Value, StringComparison.Ordinal);
        Assert.NotNull(alone.Advice);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public void Status_EachFailure_HasWordsAndAdvice(string culture)
    {
        foreach (var failure in Enum.GetValues<AuditWitnessFailure>())
        {
            var row = new WitnessRow(company, NewKey(), new("https://witness.example"), null, 0) { CosignedMs = 0, FailingSinceMs = 0, Failure = failure };
            var lines = new WitnessStatus(AuditStatus.Text, new(culture), DateTimeOffset.UnixEpoch).Lines([new(row, 5)]);
            var line = Assert.Single(lines);
            Assert.Contains("one.example", line.Value, StringComparison.Ordinal);
            Assert.False(string.IsNullOrWhiteSpace(line.Advice));
        }
    }

    [Fact]
    public void Wire_EachFailure_HasTheSameNumberAndName()
        => Assert.Equal(
            Enum.GetValues<AuditWitnessFailure>().Select(failure => ((int)failure, failure.ToString())),
            Enum.GetValues<Wire.WitnessFailure>().Where(failure => failure is not Wire.WitnessFailure.None).Select(failure => ((int)failure, failure.ToString())));

    private static NoteKey NewKey(string name = "one.example")
    {
        using var signer = Ed25519Key.Create();
        return NoteKey.Of(name, NoteKeyKind.Cosignature, signer.PublicKey);
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=witness", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, new(2100, 1, 1, 0, 0, 0, default));
    }
}

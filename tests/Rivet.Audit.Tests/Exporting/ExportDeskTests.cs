using System.Globalization;
using System.Net;
using Rivet.Audit.Exporting;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Tests.Exporting;

/// <summary>Who sets up exports, with what, and what is said of them.</summary>
public sealed class ExportDeskTests : IAsyncLifetime
{
    private static readonly AuditExportForm Hook = new() { Kind = ExportKind.Webhook, Name = "hook", Address = "https://siem.example.com/in?token=hidden", Secret = "sixteen characters" };
    private static readonly AuditExportForm Syslog = new() { Kind = ExportKind.Syslog, Address = "Logs.example.com:601" };
    private ExportWorld world = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IAuditExports Exports => world.Host.Exports;

    public async ValueTask InitializeAsync() => world = await ExportWorld.StartAsync(options => options.ExportsToLoopback = false);

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task AnyRequest_PermitForSomethingElse_IsRefused()
    {
        var permit = await world.PermitAsync(permission: "audit.read");
        Assert.Equal(AuditRefusal.WrongPermit, (await Exports.AddAsync(permit, Hook, Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await Exports.RemoveAsync(permit, "hook", Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await Exports.ListAsync(permit, Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await Exports.TestAsync(permit, "hook", Ct)).Refusal);
    }

    [Fact]
    public async Task AddAndRemove_AreRecordedWithoutSecretOrUrl()
    {
        var permit = await world.PermitAsync();
        Assert.True((await Exports.AddAsync(permit, Hook, Ct)).IsOk);
        Assert.True((await Exports.RemoveAsync(permit, "hook", Ct)).IsOk);
        Assert.Equal(AuditRefusal.Unknown, (await Exports.RemoveAsync(permit, "hook", Ct)).Refusal);
        await world.Host.PumpAsync();
        var events = (await world.Host.Log.ReadAsync(await world.PermitAsync(permission: "audit.read"), 0, 100, Ct)).Value.Select(entry => entry.Event)
            .Where(fact => fact.Kind.Name.StartsWith("audit.export", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["audit.export.added", "audit.export.removed"], events.Select(fact => fact.Kind.Name));
        Assert.All(events, fact => Assert.Equal(("hook", "webhook", "siem.example.com"), (fact.Details["name"], fact.Details["kind"], fact.Details["host"])));
        Assert.All(events, fact => Assert.Equal(permit.Subject, fact.Actor));
        Assert.DoesNotContain("hidden", Hook.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_Settings_AreSealedInTheStore()
    {
        await Exports.AddAsync(await world.PermitAsync(), Hook, Ct);
        var row = Assert.Single(await world.Host.Store.ReadAsync(ExportTable.All, Ct));
        var text = System.Text.Encoding.Latin1.GetString(row.Settings);
        Assert.DoesNotContain("example", text, StringComparison.Ordinal);
        Assert.DoesNotContain("sixteen", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Logs.example.com:601", "Logs.example.com", 601)]
    [InlineData("logs.example.com", "logs.example.com", 6514)]
    [InlineData("10.0.0.7:6514", "10.0.0.7", 6514)]
    [InlineData("[fd00::7]:601", "fd00::7", 601)]
    [InlineData("fd00::7", "fd00::7", 6514)]
    public void Parse_SyslogAddress_IsHostAndPort(string text, string host, int port)
    {
        Assert.True(ExportSettings.TryParse(Syslog with { Address = text }, out var settings, out _));
        Assert.Equal((host, port), (settings.Host, settings.Port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:+5")]
    [InlineData("https://host")]
    [InlineData("host\r\n:5")]
    [InlineData("höst:5")]
    public void Parse_SyslogAddressOfAnotherForm_IsRefused(string text)
    {
        Assert.False(ExportSettings.TryParse(Syslog with { Address = text }, out _, out var wrong));
        Assert.Equal(AuditRefusal.ExportAddress, wrong);
    }

    [Theory]
    [InlineData("http://siem.example.com/")]
    [InlineData("https://user:password@siem.example.com/")]
    [InlineData("https://siem.example.com/#x")]
    [InlineData("siem.example.com")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://")]
    public void Parse_UrlOfAnotherForm_IsRefused(string text)
    {
        Assert.False(ExportSettings.TryParse(Hook with { Address = text }, out _, out var wrong));
        Assert.Equal(AuditRefusal.ExportAddress, wrong);
    }

    [Fact]
    public void Parse_OtherFieldsOfAnotherForm_AreNamed()
    {
        AuditRefusal Wrong(AuditExportForm form) => ExportSettings.TryParse(form, out _, out var wrong) ? default : wrong;
        Assert.Equal(default, Wrong(Hook));
        Assert.Equal(AuditRefusal.ExportSecret, Wrong(Hook with { Secret = null }));
        Assert.Equal(AuditRefusal.ExportSecret, Wrong(Hook with { Secret = "fifteen charact" }));
        Assert.Equal(AuditRefusal.ExportSecret, Wrong(Syslog with { Secret = "sixteen characters" }));
        Assert.Equal(AuditRefusal.ExportName, Wrong(Hook with { Name = "Two words" }));
        Assert.Equal(AuditRefusal.ExportCertificate, Wrong(Hook with { Certificate = "00" }));
        Assert.Equal(AuditRefusal.ExportFilter, Wrong(Hook with { LeastSeverity = 7 }));
        Assert.Equal(AuditRefusal.ExportFilter, Wrong(Hook with { Classes = [-1] }));
        Assert.Equal(AuditRefusal.ExportAddress, Wrong(Hook with { Kind = default }));
    }

    [Fact]
    public async Task Add_NinthOrSameName_IsRefused()
    {
        var permit = await world.PermitAsync();
        for (var number = 1; number <= 8; number++)
        {
            Assert.True((await Exports.AddAsync(permit, Hook with { Name = $"hook-{number}" }, Ct)).IsOk);
            Assert.NotEqual(default, (await Exports.AddAsync(permit, Hook with { Name = "hook-1" }, Ct)).Refusal);
        }

        Assert.Equal(AuditRefusal.TooMany, (await Exports.AddAsync(permit, Hook with { Name = "hook-9" }, Ct)).Refusal);
        Assert.True((await Exports.AddAsync(await world.PermitAsync(new CompanyId(Guid.CreateVersion7())), Hook, Ct)).IsOk);
        Assert.Equal(8, (await Exports.ListAsync(permit, Ct)).Value.Count);
        await Exports.RemoveAsync(permit, "hook-2", Ct);
        Assert.Equal(AuditRefusal.NameTaken, (await Exports.AddAsync(permit, Hook with { Name = "hook-1" }, Ct)).Refusal);
    }

    [Fact]
    public async Task Add_FromNow_BeginsBehindWhatThereIs()
    {
        await world.RecordAsync(5);
        await world.Host.PumpAsync();
        Assert.Equal(0, (await Exports.AddAsync(await world.PermitAsync(), Syslog, Ct)).Value.Behind);
        await world.Host.PumpAsync();
        Assert.Equal(("logs.example.com", 1L), ((await world.ListedAsync()).Name, (await world.ListedAsync()).Behind));
    }

    [Theory]
    [InlineData("169.254.169.254", ExportKind.Syslog, false)]
    [InlineData("100.100.100.200", ExportKind.Syslog, false)]
    [InlineData("fd00:ec2::254", ExportKind.Syslog, false)]
    [InlineData("0.0.0.0", ExportKind.Syslog, false)]
    [InlineData("::", ExportKind.Syslog, false)]
    [InlineData("224.0.0.1", ExportKind.Syslog, false)]
    [InlineData("fe80::1", ExportKind.Syslog, false)]
    [InlineData("127.0.0.1", ExportKind.Syslog, false)]
    [InlineData("::1", ExportKind.Webhook, false)]
    [InlineData("::ffff:127.0.0.1", ExportKind.Webhook, false)]
    [InlineData("::ffff:169.254.169.254", ExportKind.Webhook, false)]
    [InlineData("64:ff9b::a9fe:a9fe", ExportKind.Webhook, false)]
    [InlineData("64:ff9b::a00:1", ExportKind.Webhook, false)]
    [InlineData("2002:a00:1::1", ExportKind.Webhook, false)]
    [InlineData("::10.0.0.1", ExportKind.Webhook, false)]
    [InlineData("10.0.0.1", ExportKind.Webhook, false)]
    [InlineData("172.31.0.1", ExportKind.Webhook, false)]
    [InlineData("192.168.1.1", ExportKind.Webhook, false)]
    [InlineData("100.64.0.1", ExportKind.Webhook, false)]
    [InlineData("fd12::1", ExportKind.Webhook, false)]
    [InlineData("10.0.0.1", ExportKind.Syslog, true)]
    [InlineData("fd12::1", ExportKind.Syslog, true)]
    [InlineData("198.51.100.7", ExportKind.Webhook, true)]
    [InlineData("2001:db8::7", ExportKind.Webhook, true)]
    public void IsPossible_Address_IsJudged(string address, ExportKind kind, bool possible)
        => Assert.Equal(possible, ExportAddresses.IsPossible(IPAddress.Parse(address), kind, new AuditOptions()));

    [Fact]
    public void IsPossible_OwnersOptions_OpenPrivateNetworksAndThisMachineButNotMetadata()
    {
        var options = new AuditOptions { WebhooksToPrivateNetworks = true, ExportsToLoopback = true };
        Assert.True(ExportAddresses.IsPossible(IPAddress.Parse("10.0.0.1"), ExportKind.Webhook, options));
        Assert.True(ExportAddresses.IsPossible(IPAddress.Loopback, ExportKind.Webhook, options));
        Assert.False(ExportAddresses.IsPossible(IPAddress.Parse("169.254.169.254"), ExportKind.Webhook, options));
    }

    [Fact]
    public async Task Test_SendsALineThatIsNoEventAndAtMostFiveInAMinute()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await world.DisposeAsync();
        world = await ExportWorld.StartAsync();
        var permit = await world.PermitAsync();
        await Exports.AddAsync(permit, receiver.Form(), Ct);
        Assert.Equal(ExportStep.Sent, (await Exports.TestAsync(permit, "hook", Ct)).Value.Step);
        Assert.Equal(["audit.export.test"], Assert.Single(receiver.Requests).Kinds);
        Assert.Equal(AuditRefusal.Unknown, (await Exports.TestAsync(permit, "other", Ct)).Refusal);
        for (var more = 0; more < 4; more++)
        {
            await Exports.TestAsync(permit, "hook", Ct);
        }

        Assert.Equal(AuditRefusal.ExportTests, (await Exports.TestAsync(permit, "hook", Ct)).Refusal);
        world.Host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(ExportStep.Sent, (await Exports.TestAsync(permit, "hook", Ct)).Value.Step);
    }

    [Fact]
    public async Task Test_PlaceWhereNoExportGoes_SaysSo()
    {
        var permit = await world.PermitAsync();
        await Exports.AddAsync(permit, Syslog with { Name = "own", Address = "127.0.0.1:1" }, Ct);
        Assert.Equal(ExportStep.Find, (await Exports.TestAsync(permit, "own", Ct)).Value.Step);
    }

    [Fact]
    public async Task Status_FailingExport_SaysSinceWhenWhyAndWhatToDoInBothLanguages()
    {
        var line = Assert.Single((await world.Host.ExportStatus.ReadAsync(CultureInfo.GetCultureInfo("en"), Ct)).Lines);
        Assert.Equal(("None set up", StatusLevel.Plain), (line.Value, line.Level));
        await world.AddAsync(Syslog with { Name = "own", Address = "127.0.0.1:1" });
        await world.RunAsync();
        line = Assert.Single((await world.Host.ExportStatus.ReadAsync(CultureInfo.GetCultureInfo("en"), Ct)).Lines);
        Assert.Equal(StatusLevel.Failing, line.Level);
        Assert.Contains("own fails since", line.Value, StringComparison.Ordinal);
        Assert.Contains("behind by 1: its name leads nowhere", line.Value, StringComparison.Ordinal);
        Assert.NotNull(line.Advice);
        var chinese = Assert.Single((await world.Host.ExportStatus.ReadAsync(CultureInfo.GetCultureInfo("zh-CN"), Ct)).Lines);
        Assert.Contains("落后 1 条", chinese.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_EveryStep_HasItsWordsInBothLanguages()
    {
        var texts = new System.Resources.ResourceManager("Rivet.Audit.Resources.ExportText", typeof(ExportStatus).Assembly);
        foreach (var culture in new[] { "en", "zh-CN" }.Select(CultureInfo.GetCultureInfo))
        {
            Assert.All(Enum.GetValues<ExportStep>().Where(step => step != ExportStep.Sent), step => Assert.False(string.IsNullOrEmpty(texts.GetString($"Step{step}", culture))));
            Assert.All(Enum.GetValues<ExportStep>().Where(step => step != ExportStep.Sent), step => Assert.False(string.IsNullOrEmpty(texts.GetString($"Advice{step}", culture))));
        }
    }

    [Fact]
    public async Task Remove_WhileItFails_EndsItAndItsFailure()
    {
        await world.AddAsync(Syslog with { Name = "own", Address = "127.0.0.1:1" });
        await world.RunAsync();
        await Exports.RemoveAsync(await world.PermitAsync(), "own", Ct);
        world.Host.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, await world.RunAsync());
        Assert.Empty((await Exports.ListAsync(await world.PermitAsync(), Ct)).Value);
    }

    [Fact]
    public async Task AnyRequest_StoreClosed_IsUnavailable()
    {
        var permit = await world.PermitAsync();
        ((IDisposable)world.Host.Store).Dispose();
        Assert.Equal(AuditRefusal.Unavailable, (await Exports.AddAsync(permit, Hook, Ct)).Refusal);
        Assert.Equal(AuditRefusal.Unavailable, (await Exports.ListAsync(permit, Ct)).Refusal);
    }

    [Theory]
    [InlineData(5, 0, 5)]
    [InlineData(5, 60, 60)]
    [InlineData(300, 60, 300)]
    [InlineData(5, 5000, 900)]
    public void Wait_ReceiverThatAsksForLonger_GetsItUpToAQuarterOfAnHour(int own, int asked, int seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), ExportCourier.Wait(TimeSpan.FromSeconds(own), TimeSpan.FromSeconds(asked)));
}

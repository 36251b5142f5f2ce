using System.Globalization;
using Rivet.Hosting.Status;
using Rivet.Identity.Devices;
using Rivet.Identity.Invitations;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity;

/// <summary>Identity's lines on the status page.</summary>
internal sealed class IdentityStatus(IStore store, DeviceSessions sessions, TimeProvider time) : IStatusSource
{
    private static readonly TimeSpan Remarkable = TimeSpan.FromDays(30);

    public int Order => 20;

    public async ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        var (companies, active, imported, devices) = await store.ReadAsync(
            session => session.QueryFirst(
                """
                SELECT (SELECT count(*) FROM identity_company),
                       (SELECT count(*) FROM identity_person WHERE state = $1),
                       (SELECT count(*) FROM identity_person WHERE state = $2),
                       (SELECT count(*) FROM identity_device WHERE signed_out_ms IS NULL)
                """,
                row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
                (int)PersonState.Active, (int)PersonState.Imported),
            ct);
        var recovery = await store.ReadAsync(
            session => session.QueryFirst(
                "SELECT made_ms, used_ms IS NOT NULL FROM identity_invitation WHERE kind = $1 ORDER BY made_ms DESC LIMIT 1",
                row => (Recovered?)new Recovered(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), row.GetBoolean(1)),
                (int)InvitationKind.Recovery),
            ct);
        var text = Texts.Of(culture);
        return new StatusSection(text.Title,
        [
            companies > 0
                ? new StatusLine(text.SetUp, text.Finished, StatusLevel.Passing)
                : new StatusLine(text.SetUp, text.Unfinished, StatusLevel.Attention, text.FinishIt),
            Figure(text.Companies, companies),
            Figure(text.People, active),
            Figure(text.Imported, imported),
            Figure(text.Devices, devices),
            Figure(text.Online, sessions.Count),
            .. Recovery(),
        ]);

        IEnumerable<StatusLine> Recovery() => recovery switch
        {
            null => [],
            { } made when time.GetUtcNow() - made.At > Remarkable => [new(text.Recovery, Said(made), StatusLevel.Plain)],
            { } made => [new(text.Recovery, Said(made), StatusLevel.Attention, text.WasItYou)],
        };

        string Said(Recovered made) => string.Format(culture, made.IsUsed ? text.Used : text.Unused, made.At.ToLocalTime().ToString("g", culture));

        StatusLine Figure(string label, long value) => new(label, value.ToString("N0", culture), StatusLevel.Plain);
    }

    /// <summary>The newest invitation that the machine's owner made to an administrator.</summary>
    private sealed record Recovered(DateTimeOffset At, bool IsUsed);

    private sealed record Texts
    {
        public string Title { get; init; } = "People and devices";

        public string SetUp { get; init; } = "Set-up";

        public string Finished { get; init; } = "Finished";

        public string Unfinished { get; init; } = "Waiting for the administrator code";

        public string FinishIt { get; init; } = "Open the set-up page and enter the code that the server printed at its start.";

        public string Companies { get; init; } = "Companies";

        public string People { get; init; } = "People";

        public string Imported { get; init; } = "Imported people without a device";

        public string Devices { get; init; } = "Devices";

        public string Online { get; init; } = "Connected now";

        public string Recovery { get; init; } = "Administrator recovered on the machine";

        public string Used { get; init; } = "{0}, used";

        public string Unused { get; init; } = "{0}, not used";

        public string WasItYou { get; init; } = "Whoever holds the keys of this server made somebody administrator. If nobody of you asked for it, look at the people page and at who can reach the machine.";

        public static Texts Of(CultureInfo culture) => culture.TwoLetterISOLanguageName == "zh"
            ? new Texts
            {
                Title = "人员与设备",
                SetUp = "初始设置",
                Finished = "已完成",
                Unfinished = "等待管理员代码",
                FinishIt = "请打开设置页面，输入服务器启动时显示的代码。",
                Companies = "公司",
                People = "人员",
                Imported = "已导入、尚无设备的人员",
                Devices = "设备",
                Online = "当前在线",
                Recovery = "在服务器上恢复管理员",
                Used = "{0}，已使用",
                Unused = "{0}，未使用",
                WasItYou = "持有本服务器密钥的人让某人成为了管理员。如果没有人要求过，请查看人员页面，并检查谁能登录这台机器。",
            }
            : new Texts();
    }
}

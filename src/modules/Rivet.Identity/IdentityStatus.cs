using System.Globalization;
using Rivet.Hosting.Status;
using Rivet.Identity.Devices;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity;

/// <summary>Identity's lines on the status page.</summary>
internal sealed class IdentityStatus(IStore store, DeviceSessions sessions) : IStatusSource
{
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
        ]);

        StatusLine Figure(string label, long value) => new(label, value.ToString("N0", culture), StatusLevel.Plain);
    }

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
            }
            : new Texts();
    }
}

using System.Globalization;
using Rivet.Backup;

namespace Rivet.Server.Doctor.Checks;

/// <summary>There is a backup, it is young, and it can still be opened.</summary>
internal sealed class BackupRecent : ICheck
{
    private static readonly TimeSpan Young = TimeSpan.FromDays(2);

    public string Id => "backup.recent";

    public ValueTask<Finding> LookAsync(Patient patient, CancellationToken ct)
    {
        _ = FileFacts.Of(patient.KeysFolder);
        return ValueTask.FromResult(Judge(patient));
    }

    private static Finding Judge(Patient patient)
    {
        var now = patient.Time.GetUtcNow();
        return BackupStanding.Read(patient.KeysFolder) switch
        {
            null => Finding.Attention("NotSetUp", patient.Options.DataFolder),
            { LastRun: null } => Finding.Failing("Never", patient.Options.DataFolder),
            { OpensUntil: { } end } when end <= now => Finding.Failing("Ended", Day(end)),
            { EpochsAreThere: false } missing => Finding.Failing("NoEpochs", missing.EpochsFolder),
            { IsThere: false } missing => Finding.Failing("NoPlace", missing.Folder),
            { LastRun: { } run } when now - run > Young => Finding.Attention("Old", Day(run), Math.Floor((now - run).TotalDays)),
            { LastRun: { } run } => Finding.Passing("Recent", Day(run)),
        };
    }

    private static string Day(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}

using System.Net;
using Rivet.Backup;
using Rivet.Certificates;
using Rivet.Server.Doctor.Checks;
using Rivet.Storage;

namespace Rivet.Server.Doctor;

/// <summary>All checks, in the order in which they are told.</summary>
internal static class Checkup
{
    /// <summary>The word of what could not be seen; a text of its own for every check.</summary>
    public const string Unseen = "Unseen";

    public static IReadOnlyList<ICheck> All { get; } =
    [
        new StoreThere(),
        new DataPrivate(),
        new KeysPrivate(),
        new KeysApart(),
        new RootKept(),
        new BackupRecent(),
        new DiskSpace(),
        new StoreSound(),
        new StoreLog(),
        new StoreVersion(),
        new CertificateLasts(),
        new CertificateNames(),
        new PortAnswers(),
        new HostsResolve(Dns.GetHostAddressesAsync),
        new HostsReach(),
        new ProxyAddresses(),
        new ClockSynchronised(KernelClock.Read),
        new ClockBehind(),
        new OpenFiles(),
        new CoreDumps(),
        new SwapSealed(),
        new LanguageData(),
        new UnitEnabled(),
        new AnnouncementPlace(),
    ];

    /// <summary>Looks; what cannot be seen is not proven.</summary>
    public static async ValueTask<Finding> LookAsync(ICheck check, Patient patient, CancellationToken ct)
    {
        try
        {
            return await check.LookAsync(patient, ct);
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException or CertificateFolderException or BackupException or StoreUnavailableException)
        {
            return Finding.NotProven(Unseen, unseen.Message.ReplaceLineEndings(" "));
        }
    }
}

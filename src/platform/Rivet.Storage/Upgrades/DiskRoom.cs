using System.Globalization;

namespace Rivet.Storage;

/// <summary>The bound on what an upgrade may take of a disk: a copy of the store, as much again for changed pages, and a reserve.</summary>
internal static class DiskRoom
{
    private const long Reserve = 16 << 20;

    /// <summary>How much has to be free for a store of a size, in bytes.</summary>
    public static long For(long storeBytes) => (2 * storeBytes) + Reserve;

    /// <exception cref="UpgradeException">There is less.</exception>
    public static void Demand(long bytes, string folder)
    {
        if (Free(folder) is var free && free < bytes)
        {
            throw new UpgradeException(UpgradeFault.NoRoom, Mebibytes(bytes), folder, Mebibytes(free));
        }
    }

    /// <summary>What a user may still write there, in bytes.</summary>
    public static long Free(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException(UpgradeFault.CannotWrite, exception, folder, exception.Message);
        }
    }

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("N1", CultureInfo.CurrentUICulture);
}

using System.Globalization;
using System.Security.Cryptography;
using Rivet.Backup;
using Rivet.Cryptography.Shares;
using Rivet.Server.Startup;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Server.Recovery;

/// <summary>Prints a key as shares. They go to standard output once, and nowhere else.</summary>
internal static class SplitWord
{
    /// <exception cref="StartupException">There is no such set of shares.</exception>
    public static void Check(int shares, int threshold)
    {
        if (shares is < 2 or > ShareSet.MaxShares || threshold < 2 || threshold > shares)
        {
            throw new StartupException(RecoverCommand.Say("BadCounts", ShareSet.MaxShares));
        }
    }

    public static async Task OfRootAsync(string dataFolder, string rootKeyFile, RootSealOptions seal, int shares, int threshold, TextWriter output, CancellationToken ct)
    {
        using var store = StoreBeside.Open(dataFolder, []);
        var details = new Dictionary<string, string>
        {
            ["shares"] = shares.ToString(CultureInfo.InvariantCulture), ["threshold"] = threshold.ToString(CultureInfo.InvariantCulture),
        };
        Print(await new RootKeyCopy(store, TimeProvider.System).TakeAsync(rootKeyFile, seal, details, ct), shares, threshold, output);
        await Console.Error.WriteLineAsync(RecoverCommand.Say("SplitRoot", threshold));
    }

    public static void OfBackupKey(string file, int shares, int threshold, TextWriter output)
    {
        Print(RecoveryKey.Export(file), shares, threshold, output);
        Console.Error.WriteLine(RecoverCommand.Say("SplitBackup", threshold));
    }

    private static void Print(byte[] secret, int shares, int threshold, TextWriter output)
    {
        foreach (var share in ShareSet.Split(secret, shares, threshold, []))
        {
            output.WriteLine(RecoverCommand.Say("ShareHeading", share.Number, shares, threshold));
            share.Reveal(output);
            output.WriteLine();
            output.WriteLine();
            share.Dispose();
        }

        CryptographicOperations.ZeroMemory(secret);
        output.Flush();
    }
}

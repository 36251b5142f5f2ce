using System.Diagnostics;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary><c>backup</c> and <c>restore</c> as processes of their own, over a server's folders.</summary>
internal sealed class BackupProcess(TempFolder folder, string? backup = null)
{
    public string Backup => backup ?? folder["backup"];

    public string Epochs => folder["epochs"];

    public string RecoveryKey => folder["recovery.key"];

    public ServerProcess? Server { get; private init; }

    public static async Task<BackupProcess> SetUpAsync(TempFolder folder, ServerProcess server, string? backup = null)
    {
        var made = new BackupProcess(folder, backup) { Server = server };
        var end = await made.RunAsync("backup", "init", "--data", server.DataFolder, "--keys", server.KeysFolder, "--to", made.Backup, "--epochs", made.Epochs, "--recovery-key", made.RecoveryKey);
        Assert.True(end.ExitCode == 0, end.Error);
        return made;
    }

    /// <summary>Makes a run; gives what it printed.</summary>
    public async Task<string> MakeAsync(params string[] options)
    {
        var end = await TryMakeAsync(options);
        Assert.True(end.ExitCode == 0, end.Error);
        return end.Output;
    }

    public Task<ProgramEnd> TryMakeAsync(params string[] options)
        => RunAsync(["backup", "run", "--data", Server!.DataFolder, "--keys", Server.KeysFolder, .. options]);

    public Process Start(params string[] options)
        => Process.Start(new ProcessStartInfo(
            Program, ["backup", "run", "--data", Server!.DataFolder, "--keys", Server.KeysFolder, .. options]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    public Task<ProgramEnd> VerifyAsync() => RunAsync(["backup", "verify", .. Place()]);

    public Task<ProgramEnd> RestoreAsync(string data, string keys, params string[] options)
        => RunAsync(["restore", .. Place(), "--data", data, "--keys", keys, .. options]);

    /// <summary>The server's machine is lost: its folders are gone, and a new one is built from the backup and started on the same port.</summary>
    public async Task RebuildAsync()
    {
        Server!.Stop();
        Directory.Delete(Server.DataFolder, recursive: true);
        Directory.Delete(Server.KeysFolder, recursive: true);
        var end = await RestoreAsync(Server.DataFolder, Server.KeysFolder);
        Assert.True(end.ExitCode == 0, end.Error);
        Server.StartAgain();
    }

    public Task<ProgramEnd> RunAsync(params string[] arguments) => Programs.RunAsync(Program, arguments, null, Company.Ct);

    private static string Program => Built.Program("Rivet.Server", "Rivet.Server");

    private string[] Place() => ["--from", Backup, "--epochs", Epochs, "--recovery-key", RecoveryKey];
}

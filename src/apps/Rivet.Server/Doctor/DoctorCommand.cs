using System.CommandLine;
using Rivet.Server.Startup;

namespace Rivet.Server.Doctor;

/// <summary><c>doctor</c>: looks at a server, running or not, and at its machine, for common mistakes. Changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(Option<string?> data, Option<string?> keys, Option<string?> port, Option<string[]> host)
    {
        var json = new Option<bool>("--json") { Description = DoctorReport.Say("OptionJson") };
        var command = new Command("doctor", DoctorReport.Say("About")) { port, host, json };
        command.SetAction(async (parsed, ct) =>
        {
            try
            {
                var patient = Meet(parsed, data, keys, host);
                var report = new DoctorReport(Console.Out, parsed.GetValue(json));
                foreach (var check in Checkup.All)
                {
                    report.Add(check.Id, await Checkup.LookAsync(check, patient, ct));
                }

                report.Finish(patient.Time.GetUtcNow());
                return report.HasFailing ? 1 : 0;
            }
            catch (Exception failed) when (StartFailure.Explain(failed) is { } sentence)
            {
                await Console.Error.WriteLineAsync($"rivet: {sentence}");
                return 1;
            }
        });
        return command;
    }

    /// <summary>What was said here counts, then the environment, then what the running server was started with.</summary>
    private static Patient Meet(ParseResult parsed, Option<string?> data, Option<string?> keys, Option<string[]> host)
    {
        var machine = new Machine();
        var running = RunningServer.Find(ServerCommand.ReadFolders(parsed, data, keys, Environment.GetEnvironmentVariable).Data, machine);
        var options = ServerCommand.Read(parsed, Variable);
        return new Patient
        {
            Options = options with { BehindProxy = running?.Has("--behind-proxy") ?? false },
            Machine = machine,
            Time = TimeProvider.System,
            Running = running,
            HostsAreGiven = parsed.GetValue(host) is { Length: > 0 } || Variable("RIVET_HOST") is not null,
        };

        string? Variable(string name)
            => Environment.GetEnvironmentVariable(name) is { Length: > 0 } set ? set : running?.Given("--" + name["RIVET_".Length..].ToLowerInvariant().Replace('_', '-'));
    }
}

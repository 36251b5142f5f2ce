using System.CommandLine;
using System.Globalization;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin audit witness …</c>: who outside cosigns the company's security log.</summary>
internal static class AdminAuditWitness
{
    public static Command Build(Options options) => new("witness", options.Words["command.audit-witness"]) { Add(options), List(options), Remove(options) };

    private static Command Add(Options options)
    {
        var words = options.Words;
        var key = new Argument<string>("KEYLINE") { Description = words["argument.audit-witness-key"] };
        var url = new Argument<string>("URL") { Description = words["argument.audit-witness-url"] };
        var certificate = new Option<FileInfo?>("--certificate") { Description = words["option.audit-witness-certificate"], HelpName = "FILE" };
        return CommandShape.Of("audit-witness-add", options, [key, url, certificate], async (parsed, session, ct) =>
        {
            var pinned = parsed.GetValue(certificate) is { } file ? await File.ReadAllTextAsync(file.FullName, ct) : "";
            session.Client.Start();
            var added = session.Take(await session.Client.AddLogWitnessAsync(parsed.GetValue(key)!, parsed.GetValue(url)!, pinned, ct));
            await session.Output.WriteLineAsync(session.Words["audit.witness-added", Plain.Line(added.Witness.Name)]);
        }, "add");
    }

    private static Command List(Options options) => CommandShape.Of("audit-witness-list", options, [], async (_, session, ct) =>
    {
        session.Client.Start();
        var witnesses = session.Take(await session.Client.ListLogWitnessesAsync(ct)).Witnesses;
        if (session.Json)
        {
            foreach (var witness in witnesses)
            {
                Write(session, witness);
            }

            return;
        }

        var words = session.Words;
        Tables.Write(
            session.Output, [words["heading.name"], words["heading.address"], words["heading.cosigned"], words["heading.entries"], words["heading.state"]],
            witnesses.Select(witness => (IReadOnlyList<string>)
            [
                Plain.Line(witness.Name),
                Plain.Line(witness.Url),
                witness.CosignedMs == 0 ? "–" : AdminCommands.Local(witness.CosignedMs),
                witness.Size.ToString("N0", CultureInfo.CurrentCulture),
                StateOf(witness, words),
            ]));
    }, "list");

    private static Command Remove(Options options)
    {
        var name = new Argument<string>("NAME") { Description = options.Words["argument.audit-witness"] };
        return CommandShape.Of("audit-witness-remove", options, [name], async (parsed, session, ct) =>
        {
            session.Client.Start();
            session.Take(await session.Client.RemoveLogWitnessAsync(parsed.GetValue(name)!, ct));
            await session.Output.WriteLineAsync(session.Words["audit.witness-removed"]);
        }, "remove");
    }

    private static string StateOf(LogWitness witness, Words words)
    {
        var state = witness.Failure is WitnessFailure.None
            ? words[witness.CosignedMs == 0 ? "audit.witness-waits" : "audit.witness-cosigns"]
            : words["audit.witness-failing", words[$"audit.witness-{(Enum.IsDefined(witness.Failure) ? witness.Failure : WitnessFailure.Refuses)}"], AdminCommands.Local(witness.FailingSinceMs)];
        return witness.ClockOffMs == 0 ? state : words[witness.ClockOffMs > 0 ? "audit.witness-ahead" : "audit.witness-behind", state, Math.Abs(witness.ClockOffMs / 1000)];
    }

    private static void Write(Session session, LogWitness witness) => JsonLine.Write(session.Output, json =>
    {
        json.WriteString("type", "witness");
        json.WriteString("name", witness.Name);
        json.WriteString("key", witness.Key);
        json.WriteString("url", witness.Url);
        json.WriteBoolean("certificate", witness.HasCertificate);
        json.Time("added", witness.AddedMs);
        json.WriteNumber("size", witness.Size);
        if (witness.CosignedMs != 0)
        {
            json.Time("cosigned", witness.CosignedMs);
        }

        if (witness.Failure is not WitnessFailure.None)
        {
            json.Time("failingSince", witness.FailingSinceMs);
            json.WriteString("failure", witness.Failure.ToString());
        }

        json.WriteNumber("clockOffMs", witness.ClockOffMs);
    });
}

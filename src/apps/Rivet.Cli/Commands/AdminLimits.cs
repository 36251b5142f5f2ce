using System.CommandLine;
using System.Globalization;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin limits</c>: what one person may write, and what the company may store.</summary>
internal static class AdminLimits
{
    public static Command Build(Options options)
    {
        var limits = CommandShape.Of("limits", options, [], (_, session, ct) => ShowAsync(session, ct));
        limits.Add(CommandShape.Of("show", options, [], (_, session, ct) => ShowAsync(session, ct)));
        limits.Add(Set(options));
        return limits;
    }

    private static Command Set(Options options)
    {
        var messages = Number(options, "--messages-per-minute", 10, 6_000);
        var files = Number(options, "--file-mib-per-day", 1, 1_000_000);
        var stored = Number(options, "--stored-gib", 0, 1_000_000);
        var conversations = Number(options, "--conversations-per-day", 1, 100_000);
        var set = CommandShape.Of("set", options, [messages, files, stored, conversations], async (parsed, session, ct) =>
        {
            session.Client.Start();
            var limits = session.Take(await session.Client.ReadMessagePolicyAsync(null, ct)).Policy.Limits;
            limits.MessagesPerMinute = parsed.GetValue(messages) ?? limits.MessagesPerMinute;
            limits.FileMebibytesPerDay = parsed.GetValue(files) ?? limits.FileMebibytesPerDay;
            limits.StoredGibibytes = parsed.GetValue(stored) ?? limits.StoredGibibytes;
            limits.ConversationsPerDay = parsed.GetValue(conversations) ?? limits.ConversationsPerDay;
            session.Take(await session.Client.LimitMessagesAsync(limits, ct));
            await ShowAsync(session, ct);
        });
        set.Validators.Add(result =>
        {
            if (new[] { messages, files, stored, conversations }.All(option => result.GetValue(option) is null))
            {
                result.AddError($"{messages.Name} | {files.Name} | {stored.Name} | {conversations.Name}");
            }
        });
        return set;
    }

    private static Option<uint?> Number(Options options, string name, uint least, uint most)
    {
        var option = new Option<uint?>(name) { Description = options.Words[$"option.{name[2..]}"], HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<uint?>() is { } value && (value < least || value > most))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} {least}–{most}"));
            }
        });
        return option;
    }

    private static async Task ShowAsync(Session session, CancellationToken ct)
    {
        session.Client.Start();
        var answer = session.Take(await session.Client.ReadMessagePolicyAsync(null, ct));
        var (limits, words) = (answer.Policy.Limits, session.Words);
        if (session.Json)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "limits");
                json.WriteNumber("messagesPerMinute", limits.MessagesPerMinute);
                json.WriteNumber("fileMebibytesPerDay", limits.FileMebibytesPerDay);
                json.WriteNumber("storedGibibytes", limits.StoredGibibytes);
                json.WriteNumber("conversationsPerDay", limits.ConversationsPerDay);
                json.WriteNumber("storedBytes", answer.StoredBytes);
            });
            return;
        }

        Tables.Write(session.Output, ["", ""],
        [
            [words["limits.messages"], limits.MessagesPerMinute.ToString("N0", words.Culture)],
            [words["limits.files"], words["limits.mib", limits.FileMebibytesPerDay]],
            [words["limits.conversations"], limits.ConversationsPerDay.ToString("N0", words.Culture)],
            [words["limits.quota"], limits.StoredGibibytes == 0 ? words["limits.none"] : words["limits.gib", limits.StoredGibibytes]],
            [words["limits.stored"], words["limits.mib", (answer.StoredBytes / (double)(1 << 20)).ToString("N1", words.Culture)]],
        ]);
    }
}

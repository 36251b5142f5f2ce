using System.CommandLine;
using System.Globalization;
using Rivet.Cryptography.Pkcs11;
using Rivet.MessageKeys;

namespace Rivet.KeyServer;

/// <summary><c>rivet keyserver message-key rotate|list|retire|destroy|kill|restore</c>: what seals the company's messages.</summary>
internal static class MessageKeyCommand
{
    public static Command Create(TextWriter output, TextWriter error) => KeyServerCommand.Group(
        "message-key",
        Rotate(output, error), List(output, error),
        Change("retire", (book, id) => book.Retire(id), output, error), Change("destroy", (book, id) => book.Destroy(id), output, error),
        Switch("kill", isStopped: true, output, error), Switch("restore", isStopped: false, output, error));

    private static Command Rotate(TextWriter output, TextWriter error) => KeyServerCommand.Of("rotate", "message-key.rotate", [], error, async parsed =>
    {
        using var folder = KeyServerCommand.Open(parsed);
        using var module = folder.Module(TimeProvider.System);
        using var desk = new MessageKeyDesk(folder.MessageKeys, module, TimeProvider.System);
        if (!desk.Rotate().TryGet(out var made, out var why))
        {
            throw new KeyServerException(why is ModuleRefusal.Unavailable ? module.State.Reason : Words.Of("key.refused", why));
        }

        await output.WriteLineAsync(made.Id.ToString());
        await error.WriteLineAsync(Words.Of("message-key.rotate.done", made.Epoch));
    });

    private static Command List(TextWriter output, TextWriter error) => KeyServerCommand.Of("list", "message-key.list", [], error, async parsed =>
    {
        using var folder = KeyServerCommand.Open(parsed);
        foreach (var key in folder.MessageKeys.All())
        {
            var made = DateTimeOffset.FromUnixTimeSeconds(key.MadeS).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            await output.WriteLineAsync($"{key.Epoch}\t{key.Id}\t{made}\t{Words.Of($"message-state.{key.State}")}");
        }

        if (folder.MessageKeys.IsStopped)
        {
            await output.WriteLineAsync(Words.Of("message-key.stopped"));
        }
    });

    private static Command Change(string word, Func<MessageKeyBook, MessageKeyId, bool> change, TextWriter output, TextWriter error)
    {
        var name = new Argument<string>("ID") { Description = Words.Of("argument.message-key") };
        return KeyServerCommand.Of(word, $"message-key.{word}", [name], error, async parsed =>
        {
            using var folder = KeyServerCommand.Open(parsed);
            var id = parsed.GetValue(name)!;
            await output.WriteLineAsync(MessageKeyId.TryParse(id, out var key) && change(folder.MessageKeys, key)
                ? Words.Of($"message-key.{word}.done", id)
                : throw new KeyServerException(Words.Of("message-key.missing", id)));
        });
    }

    private static Command Switch(string word, bool isStopped, TextWriter output, TextWriter error) => KeyServerCommand.Of(word, $"message-key.{word}", [], error, async parsed =>
    {
        using var folder = KeyServerCommand.Open(parsed);
        folder.MessageKeys.Stop(isStopped);
        await output.WriteLineAsync(Words.Of($"message-key.{word}.done"));
    });
}

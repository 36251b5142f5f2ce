using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Localization;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Web.Messages;
using Rivet.Web.Texts;
using Rivet.Wire;

namespace Rivet.Web.Chat;

/// <summary>A file on its way to the server, chunk by chunk; a break of the link only makes it wait.</summary>
public sealed class Upload(IBrowserFile file) : IDisposable
{
    private const long Largest = 64L * 1024 * 1024;
    private readonly CancellationTokenSource stop = new();

    public string Name { get; } = Plain.Line(file.Name);

    public long Total => file.Size;

    public long Done { get; private set; }

    /// <summary>What a message attaches; null until all of it is stored.</summary>
    public Attachment? Stored { get; private set; }

    /// <summary>Why it was not stored; a stable key.</summary>
    public string? Problem { get; private set; }

    public string State(IStringLocalizer<ChatText> text)
        => Problem is not null ? text.Refusal(Problem)
            : Stored is not null ? text["file.stored"] : text["file.storing"];

    public async Task RunAsync(RivetClient client, ConversationId conversation, Func<Task> moved, CancellationToken ct)
    {
        if (file.Size > Largest)
        {
            Problem = "files.too-large";
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, stop.Token);
        try
        {
            await using var content = file.OpenReadStream(Largest, either.Token);
            var progress = new Progress(done =>
            {
                Done = done;
                _ = moved();
            });
            var put = await client.PutFileAsync(conversation, file.Name, file.ContentType, content, progress, either.Token);
            Stored = put.TryGet(out var stored, out var refusal) ? stored : null;
            Problem = refusal?.Reason;
        }
        catch (OperationCanceledException)
        {
            Problem = "files.stopped";
        }
        catch (IOException)
        {
            Problem = "files.unreadable";
        }
    }

    public void Stop() => stop.Cancel();

    public void Dispose() => stop.Dispose();

    private sealed class Progress(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}

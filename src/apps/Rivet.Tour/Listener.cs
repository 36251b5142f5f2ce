using System.Text.Json;
using Rivet.Client;
using Rivet.Client.Native;
using Rivet.Container;
using Rivet.Kernel;

namespace Rivet.Tour;

/// <summary>
/// A client in a process of its own, to be killed: it keeps its home in step with the server and prints each entry of a
/// conversation as a line. Ends when its standard input ends, so that it never outlives the tour.
/// </summary>
internal static class Listener
{
    public const string Reader = "tour";

    public static async Task<int> RunAsync(string home, string keys, string conversation, ulong last)
    {
        if (!EntityId.TryParse<ConversationId>(conversation, out var id))
        {
            return 2;
        }

        using var stop = new CancellationTokenSource();
        _ = Task.Run(async () =>
        {
            while (await Console.In.ReadLineAsync() is not null)
            {
            }

            await stop.CancelAsync();
        });

        await using var client = NativeClient
            .Open(new ClientHome { Place = new ContainerPlace { Home = home, KeyFolder = keys } }, TimeProvider.System)
            .Value("listen");
        client.Start();
        await using var output = Console.OpenStandardOutput();
        await foreach (var batch in client.ArrivalsAsync(Reader, skipOld: false, stop.Token))
        {
            foreach (var (entry, _, again) in batch.Where(arrived => arrived.Entry.Sequence >= last))
            {
                if (EntityId.Read<ConversationId>(entry.ConversationId.Span) == id)
                {
                    await output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new Heard(entry.Sequence, again)));
                    await output.WriteAsync("\n"u8.ToArray());
                }
            }

            await output.FlushAsync();
        }

        return 0;
    }
}

/// <summary>What the listener says of an entry.</summary>
/// <param name="Sequence">Its place in the log.</param>
/// <param name="Again">A killed run may have printed it already.</param>
internal sealed record Heard(ulong Sequence, bool Again);

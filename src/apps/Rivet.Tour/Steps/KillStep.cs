using System.Diagnostics;
using System.Text.Json;
using Rivet.Client;
using Rivet.Kernel;

namespace Rivet.Tour;

/// <summary>
/// Kills a listening client (SIGKILL) in the middle of a stream of messages, starts it again, and compares what it
/// printed in both lives with what was sent, by sequence.
/// </summary>
internal sealed class KillStep(Stage stage, TimeProvider time, Device speaker, Device listener)
{
    private const int HeardBeforeKill = 60;
    private const int AtLeastSent = 300;
    private const int AtMostSent = 20_000;
    private const int AtOnce = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task RunAsync(ConversationId channel, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        (List<ulong> Sent, List<Heard> Before, List<Heard> After) result;
        try
        {
            result = await stage.StepAsync("StepKill", () => KillAsync(channel, either.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TourFailedException(Words.Of("NothingCame", listener.Name));
        }

        Judge(result.Sent, result.Before, result.After);
    }

    private async Task<(List<ulong> Sent, List<Heard> Before, List<Heard> After)> KillAsync(ConversationId channel, CancellationToken ct)
    {
        var last = speaker.Client.Cursor(channel);
        var (before, after) = (new List<Heard>(), new List<Heard>());
        using var killed = Start(channel, last);
        try
        {
            // It prints the last entry of the past when it has caught up: the stream begins then.
            await HearAsync(killed, before, heard => heard.Sequence == last, ct);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var sending = SendAsync(channel, enough);
            await HearAsync(killed, before, _ => before.Count > HeardBeforeKill, ct);
            killed.Kill();
            await HearAsync(killed, before, _ => false, ct);
            await killed.WaitForExitAsync(ct);

            using var restarted = Start(channel, last);
            try
            {
                await HearAsync(restarted, after, heard => heard.Sequence > last, ct);
                await enough.CancelAsync();
                var sent = await sending;
                if (!after.Any(heard => heard.Sequence == sent.Max()))
                {
                    await HearAsync(restarted, after, heard => heard.Sequence == sent.Max(), ct);
                }

                before.RemoveAll(heard => heard.Sequence <= last);
                after.RemoveAll(heard => heard.Sequence <= last);
                return (sent, before, after);
            }
            finally
            {
                Stop(restarted);
            }
        }
        finally
        {
            Stop(killed);
        }
    }

    private async Task<List<ulong>> SendAsync(ConversationId channel, CancellationTokenSource enough)
    {
        var sent = new List<ulong>();
        for (var number = 0; number < AtMostSent && (number < AtLeastSent || !enough.IsCancellationRequested); number += AtOnce)
        {
            var wave = Enumerable.Range(number + 1, AtOnce).Select(n => speaker.Client.SendAsync(
                channel, Composer.Post(Words.Of("Streamed", n), 0, [], []), CancellationToken.None));
            foreach (var answer in await Task.WhenAll(wave))
            {
                sent.Add(answer.Value(Words.Of("Send")).Sequence);
            }
        }

        return sent;
    }

    private void Judge(List<ulong> sent, List<Heard> before, List<Heard> after)
    {
        var heard = before.Concat(after).Select(entry => entry.Sequence).ToHashSet();
        var lost = sent.Count(sequence => !heard.Contains(sequence));
        Expect.That(lost == 0, "Lost", lost, sent.Count);
        Expect.That(sent.Distinct().Count() == sent.Count, "SentTwice");

        // What the killed life printed in its last moment may come again, and is marked: nothing else may.
        var known = before.Select(entry => entry.Sequence).ToHashSet();
        var doubled = after.Count(entry => known.Contains(entry.Sequence) && !entry.Again)
            + before.Count - known.Count + after.Count - after.DistinctBy(entry => entry.Sequence).Count();
        Expect.That(doubled == 0, "Doubled", doubled);
        var marked = after.Count(entry => entry.Again && known.Contains(entry.Sequence));
        stage.Say(Words.Of("Killed", GuidedTour.Number(sent.Count), GuidedTour.Number(before.Count), GuidedTour.Number(after.Count - marked)));
        if (marked > 0)
        {
            stage.Quiet(Words.Of("Marked", GuidedTour.Number(marked)));
        }
    }

    private Process Start(ConversationId channel, ulong last) => Process.Start(new ProcessStartInfo(
        ServerProcess.PathOf("Rivet.Tour"), ["listen", listener.Place.Home, listener.Place.KeyFolder, channel.ToString(), $"{last}"])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    /// <summary>Reads lines until one is the awaited one or the process is gone. A line cut off by a kill is none.</summary>
    private static async Task HearAsync(Process process, List<Heard> into, Func<Heard, bool> isLast, CancellationToken ct)
    {
        while (await process.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            if (!line.EndsWith('}'))
            {
                continue;
            }

            var heard = JsonSerializer.Deserialize<Heard>(line)!;
            into.Add(heard);
            if (isLast(heard))
            {
                return;
            }
        }
    }

    private static void Stop(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}

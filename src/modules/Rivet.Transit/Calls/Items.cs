using System.Globalization;
using System.Text.Json.Nodes;
using Rivet.Kernel;
using Rivet.Transit.Api;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Calls;

/// <summary>Answers one item or a batch of them: each by itself, its refusal beside its neighbours' results. What concerns the whole key refuses the whole call.</summary>
internal static class Items
{
    /// <param name="call">The call.</param>
    /// <param name="shelf">The key's versions.</param>
    /// <param name="failuresShow">Whether a batch with a refused item answers 400, or what <c>partial_failure_response_code</c> says, instead of 200.</param>
    /// <param name="work">Answers one item.</param>
    public static async ValueTask<Result<Answer, ApiRefusal>> AnswerAsync(Call call, VersionShelf shelf, bool failuresShow, Func<Fields, ValueTask<Result<JsonObject, ApiRefusal>>> work)
    {
        if (call.Body.Batch is not { } batch)
        {
            return (await work(call.Fields)).TryGet(out var single, out var refused) ? new Answer { Data = single, Used = shelf.Used } : refused;
        }

        if (!call.Fields.TryNumber("partial_failure_response_code", out var partial) || partial is not (null or (>= 200 and <= 599)))
        {
            return ApiRefusal.Field;
        }

        var results = new JsonArray();
        var failed = 0;
        foreach (var item in batch)
        {
            if (!(await work(item)).TryGet(out var result, out var why))
            {
                if (why.Status != 400 || why == ApiRefusal.WrongType)
                {
                    return why;
                }

                failed++;
                result = new JsonObject { ["error"] = why.Sentence };
            }

            if (item.Text("reference") is { } reference)
            {
                result["reference"] = reference;
            }

            results.Add(result);
        }

        var all = failed == batch.Count;
        return new Answer
        {
            Data = new JsonObject { ["batch_results"] = results },
            Used = shelf.Used,
            Status = failed == 0 || !failuresShow ? 200 : all ? 400 : partial ?? 400,
            IsFailure = all,
            Details = failed == 0 ? [] : new() { ["failed"] = failed.ToString(CultureInfo.InvariantCulture), ["count"] = batch.Count.ToString(CultureInfo.InvariantCulture) },
        };
    }
}

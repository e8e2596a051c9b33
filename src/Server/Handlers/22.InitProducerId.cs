using Compat.Replication.Controller;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Handlers;

/// <summary>
/// InitProducerId, v0-5: gives an idempotent producer an id that nobody else has. There is no transaction coordinator: a
/// producer that names a transactional id is answered as by a broker whose coordinator is not available, which it retries
/// until its own time is over, and the log says so once. From v3 on a producer may name the id it had; without transactions
/// it gets a new one all the same (KIP-360).
/// </summary>
public sealed partial class InitProducerIdHandler : ApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    private const long NoProducerId = -1;
    private const short NoProducerEpoch = -1;

    private readonly ProducerIdManager _producerIds;
    private readonly int _transactionMaxTimeoutMs;
    private readonly ILogger _logger;
    private int _hasWarned;

    internal InitProducerIdHandler(ProducerIdManager producerIds, int transactionMaxTimeoutMs, ILogger<InitProducerIdHandler> logger)
    {
        _producerIds = producerIds;
        _transactionMaxTimeoutMs = transactionMaxTimeoutMs;
        _logger = logger;
    }

    /// <inheritdoc/>
    public override async ValueTask<InitProducerIdResponse?> HandleAsync(InitProducerIdRequest request, RequestContext context)
    {
        bool namesId = request.ProducerId != NoProducerId;
        bool namesEpoch = request.ProducerEpoch != NoProducerEpoch;
        if (namesId != namesEpoch)
        {
            return Failed(ErrorCode.InvalidRequest);
        }

        if (request.TransactionalId is { } transactionalId)
        {
            return Failed(RefuseTransactional(transactionalId, request.TransactionTimeoutMs));
        }

        return await _producerIds.GenerateAsync(context.ConnectionClosed) is { } id
            ? new InitProducerIdResponse { ProducerId = id, ProducerEpoch = 0 }
            : Failed(ErrorCode.CoordinatorLoadInProgress);
    }

    private ErrorCode RefuseTransactional(string transactionalId, int timeoutMs)
    {
        if (transactionalId.Length == 0)
        {
            return ErrorCode.InvalidRequest;
        }

        if (timeoutMs <= 0 || timeoutMs > _transactionMaxTimeoutMs)
        {
            return ErrorCode.InvalidTransactionTimeout;
        }

        if (Interlocked.Exchange(ref _hasWarned, 1) == 0)
        {
            LogNoTransactions(transactionalId);
        }

        return ErrorCode.CoordinatorNotAvailable;
    }

    private static InitProducerIdResponse Failed(ErrorCode code) =>
        new() { ErrorCode = code, ProducerId = NoProducerId, ProducerEpoch = NoProducerEpoch };

    [LoggerMessage(Level = LogLevel.Warning, Message = "A producer asked for transactions with the id {TransactionalId}; this broker has none yet")]
    private partial void LogNoTransactions(string transactionalId);
}
